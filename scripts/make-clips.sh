#!/usr/bin/env bash
# Makes the spoken clips of the product in German, French and Spanish; rules/audio/make.sh makes the English ones.
#
#   scripts/make-clips.sh [folder]      writes into `folder`, by default rules/audio/clips
#
# Needs: bash, awk, dd, espeak-ng 1.51, ffmpeg 5.1 with libmp3lame. No network. The words are ours.
# Every clip is in the one profile the product serves, as rules/audio/make.sh says.
set -euo pipefail
export LC_ALL=C.UTF-8

target=$(cd "${1:-$(dirname "${BASH_SOURCE[0]}")/../rules/audio/clips}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# clip <name> <voice> <words>: a soft bell, then the words, low and slow.
clip() {
  local frames measured normalize
  espeak-ng -v "$2+f2" -s 142 -p 38 -g 2 -w "$work/voice.wav" "$3"
  frames=$(ffprobe -v error -show_entries format=duration -of csv=p=0 "$work/voice.wav" | awk '{ print int(($1 + 0.65) / 0.024) + 1 }')
  ffmpeg -v error -y -f lavfi -i "sine=frequency=523.25:sample_rate=48000:duration=1.2" -i "$work/voice.wav" \
    -filter_complex "[0]volume=0.25,afade=t=in:d=0.02,afade=t=out:st=0.05:d=1.1[bell];[1]aresample=48000,lowpass=f=5000,adelay=550[said];[bell][said]amix=inputs=2:duration=longest:normalize=0,apad,atrim=duration=$(awk -v f="$frames" 'BEGIN { print f * 0.024 }'),aformat=channel_layouts=stereo" \
    "$work/cut.wav"
  measured=$(ffmpeg -hide_banner -nostats -i "$work/cut.wav" -af loudnorm=I=-17.6:TP=-2.5:LRA=11:print_format=json -f null - 2>&1 | sed -n '/^{/,/^}/p')
  field() { sed -n "s/.*\"$1\" : \"\([^\"]*\)\".*/\1/p" <<<"$measured"; }
  normalize="loudnorm=I=-17.6:TP=-2.5:LRA=11:linear=true:measured_I=$(field input_i):measured_TP=$(field input_tp)"
  normalize+=":measured_LRA=$(field input_lra):measured_thresh=$(field input_thresh):offset=$(field target_offset)"
  ffmpeg -v error -y -threads 1 -i "$work/cut.wav" -af "$normalize" -ar 48000 -ac 2 -c:a libmp3lame -b:a 128k \
    -joint_stereo 1 -reservoir 0 -write_xing 0 -id3v2_version 0 -write_id3v1 0 -map_metadata -1 -f mp3 "$work/whole.mp3"
  # The encoder begins one frame late and adds frames behind; both are cut off.
  dd if="$work/whole.mp3" of="$target/$1.mp3" bs=384 skip=1 count="$frames" status=none
  echo "$1.mp3: $frames frames"
}

clip nothing-here-yet-de de "Noch nichts da. Komm etwas später wieder."
clip nothing-here-yet-fr fr "Rien pour l'instant. Reviens un peu plus tard."
clip nothing-here-yet-es es "Aún no hay nada. Vuelve un poco más tarde."
clip still-sleepy-time-de de "Noch ist Schlafenszeit. Augen zu, und ruh dich aus."
clip still-sleepy-time-fr fr "C'est encore l'heure de dormir. Ferme les yeux."
clip still-sleepy-time-es es "Aún es hora de dormir. Cierra los ojos."
