#!/usr/bin/env bash
# Makes the audio that is shipped with the product: a few little tunes, three spoken scenes, and two spoken clips
# in English, German, French and Spanish.
#
#   rules/audio/make.sh [folder]      writes into `folder`, by default the folder of this script
#
# Needs: bash, awk, dd, espeak-ng 1.51, sox 14.4.2, ffmpeg 5.1 with libmp3lame. No network.
# Tunes, words and arrangement are ours. The same versions of the three programs make the same bytes: sox runs
# with -R (fixed noise seed) and encoding is single-threaded; other versions may differ in bytes, not in sound.
#
# Every file is in the one profile the product serves: MPEG-1 Layer III, 48 kHz, CBR 128 kbit/s, joint stereo,
# no bit reservoir, no tags, no Xing frame, -18 LUFS within 1 LU, true peak at most -1.5 dBTP. A frame is then
# 384 bytes and 24 ms.
set -euo pipefail
export LC_ALL=C

# Without -V1 sox warns of every pad that the trim behind it makes superfluous.
sox() { command sox -V1 -R "$@"; }

target=$(cd "${1:-$(dirname "${BASH_SOURCE[0]}")}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$target/music" "$target/stories" "$target/clips" "$work/notes"

wav=(-r 48000 -b 24)

# --- instruments ---------------------------------------------------------------------------------------------

hertz() { awk -v n="$1" 'BEGIN { printf "%.3f", 440 * 2 ^ ((n - 69) / 12) }'; }

# note <instrument> <midi number> <seconds>: the path of one note; the same note is made once.
note() {
  local file="$work/notes/$1-$2-$3.wav" f
  if [[ ! -f $file ]]; then
    f=$(hertz "$2")
    case $1 in
      # A music box: a soft attack and overtones that die away before the fundamental does.
      box)
        sox -n "${wav[@]}" -c 1 "$work/low.wav" synth 2.2 sine "$f" fade l 0.012 2.2 2.1 vol 0.5
        sox -n "${wav[@]}" -c 2 "$work/high.wav" synth 0.7 sine "$(hertz $(($2 + 12)))" sine "$(hertz $(($2 + 19)))" \
          remix 1v0.16,2v0.05 fade l 0.006 0.7 0.68
        sox -m -v 1 "$work/low.wav" -v 1 "$work/high.wav" "$file"
        ;;
      # A pad: sines a hair apart, swelling in and out.
      pad)
        sox -n "${wav[@]}" -c 3 "$file" synth "$3" sine "$f" sine "$(awk -v f="$f" 'BEGIN { print f * 1.0025 }')" \
          sine "$(hertz $(($2 + 12)))" remix 1v0.3,2v0.25,3v0.06 fade h 0.6 "$3" 0.9
        ;;
      # A round bass.
      bass)
        sox -n "${wav[@]}" -c 2 "$file" synth "$3" sine "$f" sine "$(hertz $(($2 + 12)))" \
          remix 1v0.4,2v0.1 fade q 0.03 "$3" "$(awk -v s="$3" 'BEGIN { print s * 0.7 }')"
        ;;
    esac
  fi
  echo "$file"
}

# part <out> <instrument> <seconds per beat> <left 0..1> <seconds in all> <<< "midi beat beats ..."
# Lays notes along the beat into one stereo file, `left` saying where between right (0) and left (1) it stands.
part() {
  local out=$1 instrument=$2 beat=$3 left=$4 total=$5 number at beats start length file
  local -a mix=()
  while read -r number at beats; do
    [[ -n $number ]] || continue
    start=$(awk -v a="$at" -v b="$beat" 'BEGIN { printf "%.4f", a * b }')
    # A pad swells over the next one, or there would be a hole between two chords.
    length=$(awk -v a="$beats" -v b="$beat" -v more="$([[ $instrument == pad ]] && echo 1 || echo 0)" 'BEGIN { printf "%.4f", a * b + more }')
    file=$(note "$instrument" "$number" "$length")
    sox "$file" "$work/placed-${#mix[@]}.wav" pad "$start" 0
    mix+=(-v 0.5 "$work/placed-${#mix[@]}.wav")
  done
  sox -m "${mix[@]}" -c 2 "$out" remix "1v$left" "1v$(awk -v l="$left" 'BEGIN { print 1 - l }')" pad 0 "$total" trim 0 "$total"
}

# melody <beats per note, as "number:beats ...">: the lines `part` reads; `-` is a rest.
melody() {
  awk -v notes="$*" 'BEGIN {
    count = split(notes, each, " "); at = 0
    for (i = 1; i <= count; i++) {
      split(each[i], pair, ":"); beats = pair[2] == "" ? 1 : pair[2]
      if (pair[1] != "-") print pair[1], at, beats
      at += beats
    }
  }'
}

# chords <beats each> <"a,b,c" ...>: one chord after the other.
chords() {
  local beats=$1; shift
  awk -v beats="$beats" -v list="$*" 'BEGIN {
    count = split(list, each, " ")
    for (i = 1; i <= count; i++) { voices = split(each[i], voice, ","); for (v = 1; v <= voices; v++) print voice[v], (i - 1) * beats, beats }
  }'
}

# speak <out> <words> [voice]: a slow, low, softened voice in a small room.
speak() {
  espeak-ng -v "${3:-en-gb}+f2" -s 136 -p 38 -g 2 -w "$work/raw.wav" "$2"
  sox "$work/raw.wav" "${wav[@]}" -c 2 "$1" rate -v 48000 highpass 90 bass +4 220 treble -5 5000 lowpass 7500 \
    compand 0.01,0.2 6:-60,-45,-24,-15,-12,-9,0,-5 -2 -60 0.1 reverb 22 40 45 100 0 -1 gain -n -6
}

# --- finishing -----------------------------------------------------------------------------------------------

# finish <name> <seconds> <mixed wav>: whole frames, two-pass loudness, the profile.
finish() {
  local name=$1 frames measured normalize
  frames=$(awk -v s="$2" 'BEGIN { print int(s / 0.024 + 0.5) }')
  # 0.4 LU above the target: measured, the encoder and the fade at the end take that much away.
  sox "$3" "$work/cut.wav" pad 0 1 trim 0 "$((frames * 1152))s" fade q 0.02 "$((frames * 1152))s" 0.6
  measured=$(ffmpeg -hide_banner -nostats -i "$work/cut.wav" -af loudnorm=I=-17.6:TP=-2.5:LRA=11:print_format=json -f null - 2>&1 | sed -n '/^{/,/^}/p')
  field() { sed -n "s/.*\"$1\" : \"\([^\"]*\)\".*/\1/p" <<<"$measured"; }
  normalize="loudnorm=I=-17.6:TP=-2.5:LRA=11:linear=true:measured_I=$(field input_i):measured_TP=$(field input_tp)"
  normalize+=":measured_LRA=$(field input_lra):measured_thresh=$(field input_thresh):offset=$(field target_offset)"
  ffmpeg -v error -y -threads 1 -i "$work/cut.wav" -af "$normalize" -ar 48000 -ac 2 -c:a libmp3lame -b:a 128k \
    -joint_stereo 1 -reservoir 0 -write_xing 0 -id3v2_version 0 -write_id3v1 0 -map_metadata -1 -f mp3 "$work/whole.mp3"
  # The encoder begins 1105 samples late, one frame but 47 samples, and adds frames behind; both are cut off.
  dd if="$work/whole.mp3" of="$target/$name.mp3" bs=384 skip=1 count="$frames" status=none
  echo "$name.mp3: $frames frames"
}

# mix <out> <volume> <file> ...: one sound over the other.
mix() {
  local out=$1; shift
  local -a inputs=()
  while (($#)); do inputs+=(-v "$1" "$2"); shift 2; done
  sox -m "${inputs[@]}" "$out"
}

# --- the pieces ----------------------------------------------------------------------------------------------

good_morning() { # D major pentatonic, rising like the sun
  local beat=0.44 total=13.2
  melody 62:0.5 64:0.5 66 69 71 69:2 66:0.5 69:0.5 71 74 71 69:2 74:0.5 76:0.5 78 76 74 71:2 69 71 74:2 66 64 62:3 | part "$work/tune.wav" box $beat 0.45 $total
  chords 4 50,57,62,66 47,54,62,66 43,50,59,62 45,52,57,64 43,50,59,62 45,52,57,64 50,57,62,66 | part "$work/pad.wav" pad $beat 0.55 $total
  speak "$work/voice.wav" "Good morning! The sun is up, and so are you."
  sox "$work/voice.wav" "$work/later.wav" pad 0.4
  mix "$work/all.wav" 0.9 "$work/tune.wav" 0.2 "$work/pad.wav" 0.6 "$work/later.wav"
  finish music/good-morning $total "$work/all.wav"
}

skipping_song() { # G major pentatonic in a skipping 6/8
  local beat=0.2 total=12.6
  melody 67:2 71:1 74:2 71:1 76:2 74:1 71:3 69:2 71:1 74:2 76:1 74:6 67:2 71:1 74:2 76:1 79:2 76:1 74:3 71:2 69:1 67:2 69:1 67:6 79:2 76:1 74:2 71:1 74:3 | part "$work/tune.wav" box $beat 0.4 $total
  melody 43:3 50:3 43:3 50:3 45:3 52:3 50:3 45:3 43:3 50:3 48:3 52:3 50:3 45:3 43:3 50:3 48:3 50:3 43:3 | part "$work/low.wav" bass $beat 0.55 $total
  chords 12 59,62,67 57,62,66 59,62,67 57,62,67 60,64,67 | part "$work/pad.wav" pad $beat 0.5 $total
  mix "$work/all.wav" 1.1 "$work/tune.wav" 0.5 "$work/low.wav" 0.15 "$work/pad.wav"
  finish music/skipping-song $total "$work/all.wav"
}

counting_song() { # one bell more for every number, C major pentatonic
  local beat=0.5 total=14.4 word number=0 at
  local -a voices=()
  melody 60 -:2 60:0.5 62:1 -:1.5 60:0.5 62:0.5 64:1 -:1 60:0.5 62:0.5 64:0.5 67:1 -:0.5 60:0.5 62:0.5 64:0.5 67:0.5 69:1 -:1.5 72 69 67 64 62 64 60:3 | part "$work/tune.wav" box $beat 0.45 $total
  chords 3 48,55,60,64 45,52,60,64 41,48,57,60 43,50,59,62 48,55,60,64 41,48,57,60 43,50,59,62 48,55,60,64 48,55,60,64 | part "$work/pad.wav" pad $beat 0.55 $total
  for word in "One." "Two." "Three." "Four." "Five."; do
    at=$(awk -v n=$number -v b=$beat 'BEGIN { split("1 4.3 7.8 11.3 15.3", at, " "); print at[n + 1] * b }')
    speak "$work/word-$number.wav" "$word"
    sox "$work/word-$number.wav" "$work/placed-word-$number.wav" pad "$at"
    voices+=(0.7 "$work/placed-word-$number.wav")
    number=$((number + 1))
  done
  mix "$work/all.wav" 1.1 "$work/tune.wav" 0.2 "$work/pad.wav" "${voices[@]}"
  finish music/counting-song $total "$work/all.wav"
}

lullaby_one() { # F major pentatonic, a slow rocking three
  local beat=0.55 total=16.8
  melody 69:2 67 65:3 67:2 69 72:3 74:2 72 69:3 67:2 65 67:3 65:4 | part "$work/tune.wav" box $beat 0.48 $total
  chords 6 41,53,57,60 38,53,57,62 46,53,58,62 48,52,55,60 41,53,57,60 | part "$work/pad.wav" pad $beat 0.52 $total
  sox "$work/tune.wav" "$work/soft.wav" lowpass 3500 reverb 35 50 60 100 0 -1
  mix "$work/all.wav" 1.2 "$work/soft.wav" 0.4 "$work/pad.wav"
  finish music/lullaby-one $total "$work/all.wav"
}

lullaby_two() { # A flat major pentatonic, falling gently
  local beat=0.6 total=17.9
  melody 75:1.5 72:0.5 70:2 72:1.5 70:0.5 68:2 65:1 68:1 70:2 68:4 75:1.5 72:0.5 70:2 68:1 65:1 63:2 65:1 68:3 | part "$work/tune.wav" box $beat 0.52 $total
  chords 4 44,56,60,63 41,56,60,65 37,53,56,61 44,56,60,63 39,55,58,63 41,56,60,65 44,56,60,63 | part "$work/pad.wav" pad $beat 0.48 $total
  sox "$work/tune.wav" "$work/soft.wav" lowpass 3000 reverb 40 50 70 100 0 -1
  mix "$work/all.wav" 1.2 "$work/soft.wav" 0.4 "$work/pad.wav"
  finish music/lullaby-two $total "$work/all.wav"
}

# scene <name> <seconds> <bed wav> <words>: a voice over a bed, which begins before it and ends after it.
scene() {
  speak "$work/voice.wav" "$4"
  sox "$work/voice.wav" "$work/later.wav" pad 1.2
  mix "$work/all.wav" 0.9 "$work/later.wav" 0.13 "$3"
  finish "$1" "$2" "$work/all.wav"
}

forest() { # wind in the leaves and two birds far away
  local total=15.6
  chords 5 45,52,57,61 42,49,57,61 38,50,54,57 | part "$work/pad.wav" pad 1.05 0.5 $total
  sox -n "${wav[@]}" -c 2 "$work/wind.wav" synth $total pinknoise lowpass 900 highpass 150 tremolo 0.15 70 vol 0.10
  melody -:1 88:0.5 85:1 -:4 93:0.5 90:0.5 93:1 -:3 85:0.5 88:1 | part "$work/birds.wav" box 0.9 0.8 $total
  mix "$work/bed.wav" 1 "$work/pad.wav" 1.6 "$work/wind.wav" 0.7 "$work/birds.wav"
  scene stories/forest $total "$work/bed.wav" "You walk into the forest. The leaves whisper above you. A small owl opens one eye, and says hello. A fox walks beside you, all the way home."
}

sea() { # waves that come and go
  local total=15.6
  chords 5 43,50,55,59 40,47,55,59 36,48,52,55 | part "$work/pad.wav" pad 1.05 0.5 $total
  sox -n "${wav[@]}" -c 2 "$work/waves.wav" synth $total brownnoise lowpass 1400 highpass 80 tremolo 0.22 85 vol 0.35
  mix "$work/bed.wav" 1 "$work/pad.wav" 1.6 "$work/waves.wav"
  scene stories/sea $total "$work/bed.wav" "You come to the sea. The waves roll in, and the waves roll out. A little boat is waiting for you. It rocks you gently, to the island and back."
}

crossroads() {
  local total=9.6
  chords 4.8 45,52,59,64 43,50,59,62 | part "$work/pad.wav" pad 1 0.5 $total
  melody 64:1 69:1 | part "$work/bell.wav" box 0.45 0.5 $total
  mix "$work/bed.wav" 1 "$work/pad.wav" 1.6 "$work/bell.wav"
  scene stories/crossroads $total "$work/bed.wav" "You stand at a crossroads. Turn right for the forest, left for the sea."
}

# clip <name> <seconds> <words> [voice]: two soft bells, then the words.
clip() {
  chords 4 48,55,60,64 | part "$work/pad.wav" pad "$(awk -v s="$2" 'BEGIN { print s / 4 }')" 0.5 "$2"
  melody 67:0.5 72:1 | part "$work/bell.wav" box 0.4 0.5 "$2"
  speak "$work/voice.wav" "$3" "${4:-en-gb}"
  sox "$work/voice.wav" "$work/later.wav" pad 0.7
  mix "$work/all.wav" 0.9 "$work/later.wav" 0.1 "$work/pad.wav" 0.3 "$work/bell.wav"
  finish "$1" "$2" "$work/all.wav"
}

good_morning
skipping_song
counting_song
lullaby_one
lullaby_two
forest
sea
crossroads
clip clips/nothing-here-yet 5.0 "Nothing here yet. Come back a little later."
clip clips/still-sleepy-time 5.8 "It is still sleepy time. Close your eyes, and rest."
clip clips/nothing-here-yet-de 5.0 "Noch nichts da. Komm etwas später wieder." de
clip clips/still-sleepy-time-de 5.8 "Noch ist Schlafenszeit. Augen zu, und ruh dich aus." de
clip clips/nothing-here-yet-fr 4.5 "Rien pour l'instant. Reviens un peu plus tard." fr
clip clips/still-sleepy-time-fr 4.5 "C'est encore l'heure de dormir. Ferme les yeux." fr
clip clips/nothing-here-yet-es 5.2 "Aún no hay nada. Vuelve un poco más tarde." es
clip clips/still-sleepy-time-es 4.6 "Aún es hora de dormir. Cierra los ojos." es
