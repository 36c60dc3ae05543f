import { describe, expect, test } from 'vitest'
import { isJsonObject } from '../../../src/core/json.ts'
import type { Story } from '../../../src/core/story.ts'
import { compiled } from '../../../src/stories/compiled.ts'
import { expanded } from '../../../src/stories/export/expansion.ts'
import { studioStory } from '../../../src/stories/export/studio.ts'
import { storyFromPack } from '../../../src/stories/import/pack-story.ts'
import { packOfStudio } from '../../../src/stories/import/studio.ts'
import { mapOf, soundsOf, storyOf } from '../../support/imported.ts'
import { storyIn } from '../../support/written-story.ts'

/** As the command writes it, with assets that are called like the files of the library. */
function packOf(story: Story) {
  const { json, lost } = studioStory(story, expanded(compiled(story)), {
    soundOf: (file) => file.replaceAll('/', '-'),
    pictureOf: (picture) => `${picture}.png`,
  })
  const text = JSON.stringify(json, null, 2)
  const read: unknown = JSON.parse(text)
  return { json: isJsonObject(read) ? read : expect.unreachable(), text, lost }
}

/** What the pack of the story comes to when it is imported. */
async function backOf(story: Story): Promise<Story> {
  const { json, text } = packOf(story)
  return storyOf(storyFromPack(packOfStudio(json, text), { id: story.id, audio: new Set() }).story)
}

const river = `stories:
  river:
    title: Down the river
    scenes:
      title: {play: title.mp3, go: bank}
      bank: {play: bank.mp3, left: boat, right: bridge, silence: stop}
      boat: {play: boat.mp3, go: weather}
      bridge: {play: bridge.mp3, hear_out: true, left: boat, right: menu, silence: stop}
      menu:
        play: menu.mp3
        carousel:
          - {play: apple.mp3, go: eaten}
          - {play: nut.mp3, go: eaten}
          - {play: nothing.mp3, go: bank}
        silence: stop
      eaten: {play: eaten.mp3, right: weather, silence: weather}
      weather:
        play: weather.mp3
        random: [sun, {go: rain, weight: 2}]
      sun: {play: sun.mp3, ending: sun}
      rain: {play: rain.mp3, go: bank}
      stop: {ending: stop}
`

test('a story that goes out as a pack comes back with the same scenes and ways', async () => {
  const story = await storyIn(river)
  const back = await backOf(story)
  expect(back.start).toBe('title')
  expect(mapOf(back).toSorted()).toEqual(mapOf(story).toSorted())
  const named = (all: Record<string, string>) =>
    Object.fromEntries(Object.entries(all).map(([id, file]) => [id, file.replace('scenes/river/', '')]))
  expect(named(soundsOf(back))).toEqual(soundsOf(story))
  expect(back.scenes.get('bridge')?.exit).toMatchObject({ hearOut: true })
  expect(back.scenes.get('bank')?.exit).toMatchObject({ hearOut: false })
})

test('each action has its own stages, and the golden rule holds', async () => {
  const { json } = packOf(await storyIn(river))
  const stages = Array.isArray(json.stageNodes) ? json.stageNodes : []
  const actions = Array.isArray(json.actionNodes) ? json.actionNodes : []
  const uuids = new Set(stages.map(({ uuid }) => uuid))
  const ids = new Map(actions.map(({ id, options }) => [id, options]))
  expect(uuids.size).toBe(stages.length)
  expect(stages.filter(({ squareOne }) => squareOne === true).map(({ name }) => name)).toEqual(['title'])
  for (const { id, options } of actions) {
    expect(uuids.has(id)).toBe(false)
    expect(options.every((option: string) => uuids.has(option))).toBe(true)
  }
  for (const { name, okTransition: way } of stages) {
    if (way === null) continue
    const options = ids.get(way.actionNode) ?? expect.unreachable(name)
    expect(way.optionIndex, name).toBeLessThan(options.length)
  }
  const weather = stages.find(({ name }) => name === 'weather')
  expect(weather.okTransition.optionIndex).toBe(-1)
  expect(ids.get(weather.okTransition.actionNode)).toHaveLength(3)
})

describe('what a box cannot do', () => {
  test('vars are unfolded: each situation is a stage', async () => {
    const story = await storyIn(`stories:
  gate:
    vars: {key: false}
    scenes:
      hall: {play: hall.mp3, left: cellar, right: door, silence: door}
      cellar: {play: cellar.mp3, set: {key: true}, go: hall}
      door: {branch: [{if: key, go: open}, {go: shut}]}
      open: {play: open.mp3, ending: open}
      shut: {play: shut.mp3, ending: shut}
`)
    const back = await backOf(story)
    // Once the key is found, another visit to the cellar changes nothing.
    expect(mapOf(back).toSorted()).toEqual(
      [
        'hall left cellar',
        'hall right shut',
        'hall silence stop',
        'cellar go hall 2',
        'hall 2 left cellar',
        'hall 2 right open',
        'hall 2 silence stop',
        'open ends open',
        'shut ends shut',
        'stop ends stop',
      ].toSorted(),
    )
    expect(packOf(story).lost).toEqual([
      'a box waits for an answer, and silence leads nowhere: "hall"',
      'the vars are unfolded: each situation is a stage of its own',
    ])
  })

  test('a file of its own for the question is a stage of its own', async () => {
    const story = await storyIn(`stories:
  fork:
    scenes:
      fork: {play: fork.mp3, ask: which.mp3, left: a, right: b, silence: b}
      a: {play: a.mp3, ending: a}
      b: {play: b.mp3, ending: b}
`)
    const back = await backOf(story)
    expect(soundsOf(back)['fork asks']).toBe('scenes/fork/which.mp3')
    expect(mapOf(back).slice(0, 4)).toEqual([
      'fork go fork asks',
      'fork asks left a',
      'fork asks right b',
      'fork asks silence stop',
    ])
  })

  test('"start again" leads where the story says', async () => {
    const story = await storyIn(`stories:
  walk:
    home: path
    scenes:
      title: {play: title.mp3, go: path}
      path: {play: path.mp3, left: hill, right: sea, silence: sea}
      hill: {play: hill.mp3, go: path}
      sea: {play: sea.mp3, ending: sea}
`)
    expect((await backOf(story)).home).toBe('path')
  })

  test('is said', async () => {
    const story = await storyIn(`stories:
  odd:
    bedtime: night
    scenes:
      a: {say: Words, left: b, silence: c}
      b: {play: b.mp3, random: [a, c], not_twice: true}
      c: {play: c.mp3, ending: c}
      night: {play: night.mp3, ending: asleep}
`)
    expect(packOf(story).lost).toEqual([
      'words have no sound in a pack, and nothing is heard: "a"',
      'a box waits for an answer, and silence leads nowhere: "a"',
      'OK takes what the left button does: "a"',
      '`not_twice` is not kept: "b"',
      'bedtime is not there on a box: "night"',
    ])
  })

  test.each([
    [
      'a: {play: a.mp3, random: [{go: b, weight: 997}, {go: a, weight: 2}]}',
      /the chance of "a" comes to more than 100 equal options/,
    ],
    ['a: {branch: [{if: n > 5, go: b}]}', /^nothing leads on from "a"/],
    ['a: {go: c}\n      c: {go: a}', /^from "[ac]" it goes on and on without anything to hear/],
    [
      'a: {play: a.mp3, set: {n: n + 1}, left: a, right: b, silence: b}',
      /^it comes to more than 5000 situations/,
    ],
  ])('%s is refused', async (scene, message) => {
    const story = await storyIn(
      `stories:\n  odd:\n    vars: {n: {start: 0, max: 100000}}\n    scenes:\n      ${scene}\n      b: {play: b.mp3, ending: b}\n`,
      { isSound: false },
    )
    expect(() => expanded(compiled(story))).toThrow(message)
  })
})
