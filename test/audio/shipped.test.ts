import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { inspectMp3 } from '../../src/audio/frames.ts'
import { testWith } from '../support/programs.ts'
import { decode, ffmpeg } from './decode.ts'
import { shippedAudio, shippedNames } from './sound.ts'

const contentOf = (name: string) => readFileSync(join(shippedAudio, name))

describe('the shipped audio', () => {
  test.each(shippedNames)('%s is in the profile from its first frame to its last', async (name) => {
    const inspection = await inspectMp3(contentOf(name))
    expect(inspection).toEqual({ inProfile: true, frames: contentOf(name).length / 384 })
  })

  test('is small: 2.5 MB together', () => {
    const sizes = shippedNames.map((name) => statSync(join(shippedAudio, name)).size)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(2_500_000)
  })

  testWith(['ffmpeg'], 'decodes without a warning in any order, to exactly its length', async () => {
    for (const names of [shippedNames, [...shippedNames].reverse(), ['stories/sea.mp3', 'stories/sea.mp3']]) {
      const whole = Buffer.concat(names.map(contentOf))
      expect(await decode(whole)).toEqual({ said: '', samples: (whole.length / 384) * 1152 })
    }
  })

  testWith(['ffmpeg'], 'is cut cleanly at any frame', async () => {
    const forest = contentOf('stories/forest.mp3')
    const cut = Buffer.concat([forest.subarray(100 * 384, 137 * 384), forest.subarray(3 * 384, 50 * 384)])
    expect(await decode(cut)).toEqual({ said: '', samples: 84 * 1152 })
  })

  testWith(['ffmpeg'], 'has the loudness children are used to, and no peaks', async () => {
    for (const name of shippedNames) {
      const { said } = await ffmpeg(contentOf(name), ['-af', 'ebur128=peak=true', '-f', 'null', '-'])
      const summary = said.slice(said.lastIndexOf('Summary:'))
      expect(Math.abs(Number(/I:\s+(-[\d.]+) LUFS/.exec(summary)?.[1]) + 18), name).toBeLessThanOrEqual(1)
      expect(Number(/Peak:\s+(-[\d.]+) dBFS/.exec(summary)?.[1]), name).toBeLessThanOrEqual(-1.5)
    }
  })
})
