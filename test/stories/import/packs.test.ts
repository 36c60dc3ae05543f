import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isJsonObject } from '../../../src/core/json.ts'
import { storyFromPack } from '../../../src/stories/import/pack-story.ts'
import { packOfStudio } from '../../../src/stories/import/studio.ts'
import { packOfTelmi } from '../../../src/stories/import/telmi.ts'
import { mapOf, soundsOf, storyOf } from '../../support/imported.ts'

const samples = resolve('../shared/fixtures/stories')
const hasSamples = existsSync(samples)

function sample(name: string) {
  const text = readFileSync(resolve(samples, name), 'utf8')
  const json: unknown = JSON.parse(text)
  const pack = isJsonObject(json) ? json : expect.unreachable()
  return storyFromPack(
    name.startsWith('lunii/') ? packOfStudio(pack, text) : packOfTelmi(pack, { text, title: 'The cave' }),
    { audio: new Set() },
  )
}

const home = ': here "start again" leads to the beginning, as a story has one such place'
const said = (losses: readonly { line: number; what: string }[]) =>
  losses.map(({ line, what }) => `${line}: ${what}`)

// The maps are written by hand, from the files.
describe.skipIf(!hasSamples)('a pack of STUdio', () => {
  test('with a cover and a story plays the one behind the other', async () => {
    const { story, losses } = sample('lunii/spg-0-min.story.json')
    const read = await storyOf(story)
    expect(read.start).toBe('Cover node')
    expect(mapOf(read)).toEqual(['Cover node go alice-city', 'alice-city ends alice-city'])
    expect(soundsOf(read)).toEqual({
      'Cover node': 'scenes/pack-title/1a23e1732632e8bbcb7607a92edd3c3ec3c3357a.ogg',
      'alice-city': 'scenes/pack-title/46fe70d98b9763ab70b7e7cea4627e4f8b7c585a.ogg',
    })
    expect(said(losses)).toEqual([
      '21: 1 stage shows a picture, which nobody hears',
      '21: no audio came with it: put 2 files such as "1a23e1732632e8bbcb7607a92edd3c3ec3c3357…" into the folder of the story',
    ])
  })

  test('with a choice of two has both heard, then left takes the first and right the second', async () => {
    const { story, losses } = sample('lunii/spg-1-moy.story.json')
    const read = await storyOf(story)
    expect(mapOf(read)).toEqual([
      'Cover node go Choose a place',
      'Choose a place go Stage node',
      'Stage node left Stage node 3',
      'Stage node right Stage node 4',
      'Stage node silence Stage node 2',
      'Stage node 2 left Stage node 3',
      'Stage node 2 right Stage node 4',
      'Stage node 2 silence stop',
      'Stage node 3 ends Stage node 3',
      'Stage node 4 ends Stage node 4',
      'stop ends stop',
    ])
    expect(soundsOf(read)).toEqual({
      'Cover node': 'scenes/pack-title/1a23e1732632e8bbcb7607a92edd3c3ec3c3357a.ogg',
      'Choose a place': 'scenes/pack-title/95617b401ff08d2e981ac1f10d8c9dd862f5c203.ogg',
      'Stage node': 'scenes/pack-title/5e6cb53d9acef28a6f57edf317c31bda673d64ed.ogg',
      'Stage node 2': 'scenes/pack-title/78adc1006ff121cbf1c7052a02be47c398aecd78.ogg',
      'Stage node 3': 'scenes/pack-title/46fe70d98b9763ab70b7e7cea4627e4f8b7c585a.ogg',
      'Stage node 4': 'scenes/pack-title/f493d4e986a1278ca7db3f7c65bf8ee32535b2e4.ogg',
    })
    expect(read.scenes.get('Stage node')?.exit).toMatchObject({ waitMs: 1_000, askAgain: 0 })
    expect(read.scenes.get('Stage node 2')?.exit).toMatchObject({ waitMs: 10_000, askAgain: 1 })
    expect(read.home).toBe('Cover node')
    expect(said(losses)).toEqual([
      '55: 3 stages show pictures, which nobody hears',
      '55: no audio came with it: put 6 files such as "1a23e1732632e8bbcb7607a92edd3c3ec3c3357…" into the folder of the story',
      '79: OK skips "Choose a place": here that is heard to its end',
      '79: HOME or a pause does nothing in "Choose a place": here both always do',
      '102: 1 choice of two: left takes the first, right the second; where nobody answers the story ends',
    ])
  })

  test('in which stories lead back to their choice ends where nobody answers', async () => {
    const { story, losses } = sample('lunii/spg-2-full.story.json')
    const read = await storyOf(story)
    expect(mapOf(read).toSorted()).toEqual(
      [
        'Cover node go Choose a character',
        'Choose a character go Alice',
        'Alice left Choose a place',
        'Alice right Choose a place 2',
        'Alice silence Bob',
        'Bob left Choose a place',
        'Bob right Choose a place 2',
        'Bob silence stop',
        'Choose a place go Stage node',
        'Stage node left Stage node 4',
        'Stage node right Stage node 5',
        'Stage node silence Stage node 3',
        'Stage node 3 left Stage node 4',
        'Stage node 3 right Stage node 5',
        'Stage node 3 silence stop',
        'Stage node 4 go Stage node',
        'Stage node 5 go Stage node',
        'Choose a place 2 go Stage node 2',
        'Stage node 2 left Stage node 7',
        'Stage node 2 right Stage node 8',
        'Stage node 2 silence Stage node 6',
        'Stage node 6 left Stage node 7',
        'Stage node 6 right Stage node 8',
        'Stage node 6 silence stop',
        'Stage node 7 go Stage node 2',
        'Stage node 8 go Stage node 2',
        'stop ends stop',
      ].toSorted(),
    )
    expect(said(losses)).toEqual([
      '123: 7 stages show pictures, which nobody hears',
      '123: no audio came with it: put 14 files such as "1a23e1732632e8bbcb7607a92edd3c3ec3c3357…" into the folder of the story',
      `170: HOME leads from 4 stages ("Stage node") to "Alice"${home}`,
      '170: 3 choices of two: left takes the first, right the second; where nobody answers the story ends',
      `222: HOME leads from 2 stages ("Stage node") to "Stage node"${home}`,
      '274: OK skips 3 stages ("Choose a character", "Choose a place"): here that is heard to its end',
      '274: HOME or a pause does nothing in 3 stages ("Choose a character", "Choose a place"): here both always do',
      `418: HOME leads from 2 stages ("Stage node") to "Stage node"${home}`,
    ])
  })
})

test.skipIf(!hasSamples)('a story of Telmi keeps its inventory, its conditions and its chance', async () => {
  const { story, losses } = sample('telmi/nodes.sample.json')
  const read = await storyOf(story)
  expect(read.start).toBe('gate')
  expect([...read.vars.values()]).toEqual([
    { id: 'gold', form: { type: 'number', min: 0, max: 3, step: 1 }, start: 0 },
    { id: 'brave', form: { type: 'number', min: 0, max: 1, step: 1 }, start: 0 },
  ])
  expect(mapOf(read).toSorted()).toEqual(
    [
      'gate go cave',
      'cave left cave decides',
      'cave right forest decides',
      'cave silence forest',
      'forest left cave taken',
      'forest right forest decides',
      'forest silence stop',
      'cave taken go cave decides',
      'cave decides if brave == 1 and gold > 0 friends',
      'cave decides if else run',
      'forest decides if (brave == 1 and gold > 0) chance',
      'forest decides if else run',
      'chance chance 1 friends',
      'chance chance 1 run',
      'friends ends friends',
      'run ends run',
      'stop ends stop',
    ].toSorted(),
  )
  const set = (scene: string) => read.scenes.get(scene)?.set.map(({ name, value }) => `${name} = ${value}`)
  // Heard once more, as on the wheel, it sets the same once more.
  expect(set('cave')).toEqual(['brave = 1', 'gold = gold + 1'])
  expect(set('cave taken')).toEqual(['brave = 1', 'gold = gold + 1'])
  expect(set('friends')).toEqual(['gold = 0', 'brave = 0'])
  expect(said(losses)).toEqual([
    '3: the inventory is not shown: its items are vars, which nobody sees',
    '8: 3 stages show pictures, which nobody hears',
    '8: OK skips "gate": here that is heard to its end',
    '8: HOME or a pause does nothing in "gate": here both always do',
    '8: no audio came with it: put 5 files such as "0.mp3" into the folder of the story',
    '10: 1 choice of two: left takes the first, right the second; where nobody answers the story ends',
  ])
})
