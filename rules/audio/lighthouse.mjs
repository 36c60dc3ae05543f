// Makes the spoken audio of rules/lighthouse.yaml: a file for each text in it, named by the `play` beside its `say`.
//
//   npm run modules && node rules/audio/lighthouse.mjs [folder]     writes into `folder`, by default the library that is shipped
//
// Needs: flite 2.2 with its voice `slt` (Debian: flite), sox 14.4.2, ffmpeg 5.1 with libmp3lame. No network. Flite and its
// voices may be used, changed and passed on freely, and so may what they say; the words are ours. The same versions of the
// programs make the same bytes; others may differ in bytes, not in sound.
//
// The sound goes through the product's own import: the one profile of all audio, -18 LUFS within 1 LU, true peak at most
// -1.5 dBTP.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { importFile } from '../../build/audio/import/importer.js'

const here = dirname(fileURLToPath(import.meta.url))
const target = process.argv[2] ?? here
const { stories } = parse(readFileSync(join(here, '../lighthouse.yaml'), 'utf8'))
const { audio, scenes } = stories.lighthouse

/** Slower than flite speaks by itself: for a child of five. */
const stretch = '1.08'
/** A deeper, softer voice in a small room, with a breath before and behind it. */
const effects = [
  ...['rate', '-v', '48000', 'highpass', '80', 'bass', '+2', '200', 'treble', '-2', '5000'],
  ...['compand', '0.01,0.2', '6:-60,-45,-24,-15,-12,-9,0,-5', '-2', '-60', '0.1'],
  ...['pad', '0.12', '0.35', 'reverb', '16', '40', '35', '100', '0', '-2'],
]

const work = mkdtempSync(join(tmpdir(), 'lighthouse-'))
mkdirSync(join(target, audio), { recursive: true })
let frames = 0
try {
  for (const scene of Object.values(scenes))
    for (const clip of [scene, scene.again, scene.ask]) {
      if (clip?.play === undefined) continue
      const [words, spoken, soft] = ['words.txt', 'spoken.wav', 'soft.wav'].map((name) => join(work, name))
      writeFileSync(words, clip.say.trim())
      execFileSync('flite', ['-voice', 'slt', '--setf', `duration_stretch=${stretch}`, '-f', words, '-o', spoken])
      execFileSync('sox', ['-V1', '-R', spoken, '-r', '48000', '-b', '24', '-c', '2', soft, ...effects])
      const made = await importFile({ path: soft, workFolder: work })
      if (made.outcome !== 'converted') throw new Error(`${clip.play}: ${made.reason}`)
      copyFileSync(made.file, join(target, audio, clip.play))
      frames += made.frames
      const { loudness, true_peak_dbtp: peak } = made.made.heard
      console.log(`${clip.play}: ${made.seconds.toFixed(1)} s, ${loudness.integrated_lufs} LUFS, ${peak} dBTP`)
    }
} finally {
  rmSync(work, { recursive: true, force: true })
}
console.log(`${(frames * 0.024).toFixed(1)} s, ${frames * 384} bytes`)
