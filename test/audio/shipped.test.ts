import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { inspectMp3 } from '../../src/audio/frames.ts'
import { filesOf, spokenIn } from '../../src/core/story.ts'
import { readFile } from '../stories/said.ts'
import { testWith } from '../support/programs.ts'
import { shipped } from '../support/running-app.ts'
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
    for (const name of shippedNames) await expectUsualLoudness(name)
  })
})

describe('the lighthouse', () => {
  const folder = 'scenes/lighthouse'
  const names = readdirSync(join(shippedAudio, folder)).map((name) => `${folder}/${name}`)

  test('has a file for all that is heard in it, with its words, and no other', async () => {
    const { stories, said } = await readFile(readFileSync(join(shipped, 'lighthouse.yaml'), 'utf8'))
    const scenes = [...(stories.get('lighthouse')?.scenes.values() ?? [])]
    expect(said).toEqual([])
    expect(scenes).toHaveLength(17)
    expect(scenes.flatMap(filesOf).toSorted()).toEqual(names.toSorted())
    expect(scenes.flatMap(spokenIn)).toEqual([])
    for (const { id, play, again, exit } of scenes)
      for (const clip of [play, again, exit.kind === 'question' ? exit.ask : null])
        if (clip !== null) expect(clip.say?.length ?? 0, id).toBeGreaterThan(40)
  })

  test('is no larger than 4 MB, in the profile from its first frame to its last', async () => {
    let size = 0
    for (const name of names) {
      const content = contentOf(name)
      expect(await inspectMp3(content), name).toEqual({ inProfile: true, frames: content.length / 384 })
      size += content.length
    }
    expect(size).toBeLessThanOrEqual(4_000_000)
  })

  testWith(
    ['ffmpeg'],
    'decodes without a warning, each by itself and all in a row',
    { tags: 'slow' },
    async () => {
      for (const name of names) {
        const content = contentOf(name)
        expect(await decode(content), name).toEqual({ said: '', samples: (content.length / 384) * 1152 })
      }
      const whole = Buffer.concat(names.map(contentOf))
      expect(await decode(whole)).toEqual({ said: '', samples: (whole.length / 384) * 1152 })
    },
  )

  testWith(['ffmpeg'], 'is as loud as all the rest, each piece of it', { tags: 'slow' }, async () => {
    for (const name of names) await expectUsualLoudness(name)
  })
})

async function expectUsualLoudness(name: string): Promise<void> {
  const { said } = await ffmpeg(contentOf(name), ['-af', 'ebur128=peak=true', '-f', 'null', '-'])
  const summary = said.slice(said.lastIndexOf('Summary:'))
  expect(Math.abs(Number(/I:\s+(-[\d.]+) LUFS/.exec(summary)?.[1]) + 18), name).toBeLessThanOrEqual(1)
  expect(Number(/Peak:\s+(-[\d.]+) dBFS/.exec(summary)?.[1]), name).toBeLessThanOrEqual(-1.5)
}
