import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Story } from '../../src/core/story.ts'
import { emptyRuleSet } from '../../src/rules/rule-set.ts'
import { storyDesk } from '../../src/wiring/story-desk.ts'
import { type Asked, ask } from '../support/ask.ts'
import { houseWith } from '../support/house.ts'
import { openPanelDoor } from '../support/panel-door.ts'
import { storyIn } from '../support/written-story.ts'

const lengths = new Map([
  ['door.mp3', 3_000],
  ['attic.mp3', 61_000],
])
const lengthOf = async (file: string) => lengths.get(file) ?? null
let door: Awaited<ReturnType<typeof openPanelDoor>>
let stories: Map<string, Story>
const say = (asked: Asked) => ask(door, asked)

beforeEach(async () => {
  const lantern = await storyIn(`stories:
  lantern:
    title: The Lantern
    vars: {lit: false}
    scenes:
      door: {play: door.mp3, left: {go: attic, set: {lit: true}}, right: attic, silence: attic}
      attic: {play: attic.mp3, branch: [{if: lit, go: home}, {go: night}]}
      home: {ending: happy}
      night: {ending: asleep}
`)
  stories = new Map([['lantern', lantern]])
  door = await openPanelDoor({
    ...houseWith([]),
    stories: storyDesk({ ruleSet: () => ({ ...emptyRuleSet, stories }), lengthOf }),
  })
})

afterEach(() => door.stop())

test('the stories are listed with how each is to be run, and why', async () => {
  const { status, body } = await say({ path: '/stories' })
  expect([status, body]).toEqual([
    200,
    {
      stories: [
        {
          ...{ id: 'lantern', title: 'The Lantern', scenes: 4, endings: ['happy', 'asleep'] },
          ...{ run: 'card', why: 'it fits: 6 of 100 chapters', chapters: 6 },
        },
      ],
    },
  ])
  stories.delete('lantern')
  expect((await say({ path: '/stories' })).body).toEqual({ stories: [] })
})

test('a story is drawn', async () => {
  const { body } = await say({ method: 'POST', path: '/stories/graph', body: { story: 'lantern' } })
  expect(body).toMatchObject({ story: 'lantern', title: 'The Lantern' })
  expect(body.scenes).toContainEqual({ id: 'home', label: 'home: happy', exit: 'ending' })
  expect(body.ways).toContainEqual({ from: 'attic', to: 'home', kind: 'branch', label: 'lit' })
  expect(body.ways).toContainEqual({ from: 'door', to: 'attic', kind: 'left', label: 'left' })
  expect(body.mermaid).toContain('flowchart')
})

test('a story that there is not is refused, with the one that was probably meant', async () => {
  const { status, body } = await say({ method: 'POST', path: '/stories/graph', body: { story: 'lantren' } })
  expect([status, body.error]).toMatchObject([
    404,
    { message: 'there is no story "lantren" - did you mean "lantern"?' },
  ])
})

test('a story is played through: what is heard, what is asked next, and how it ended', async () => {
  const play = async (...answers: readonly string[]) =>
    (await say({ method: 'POST', path: '/stories/play-through', body: { story: 'lantern', answers } })).body
  const asks = { left: true, right: true, silence: true, wait_s: 10, ask_again: 1, hear_out: false }
  const door = { scene: 'door', label: 'door', heard: { file: 'door.mp3' }, ask: null, clamped: [] }
  expect(await play()).toEqual({
    ...{ story: 'lantern', seed: 1, end: 'waits', ending: null, asks, answered: 0 },
    scenes: [{ ...door, by: null, vars: { lit: false } }],
  })
  const played = await play('left', 'right')
  expect(played).toMatchObject({ end: 'ending', ending: 'happy', asks: null, answered: 1 })
  expect(played.scenes).toMatchObject([
    { scene: 'door', by: null },
    { scene: 'attic', by: 'left', heard: { file: 'attic.mp3' }, vars: { lit: true } },
    { scene: 'home', by: 'branch', heard: null },
  ])
  expect(await play('silence')).toMatchObject({ ending: 'asleep', scenes: [{}, { by: 'silence' }, {}] })
})

test('chance in a play is what the seed brings; what is no answer is refused', async () => {
  stories.set(
    'dice',
    await storyIn(`stories:
  dice:
    vars: {thrown: {start: 0, max: 1}}
    scenes:
      throw: {say: Up it goes., set: {thrown: thrown + 2}, random: [one, two, three]}
      one: {ending: one}
      two: {ending: two}
      three: {ending: three}
`),
  )
  const path = '/stories/play-through'
  const play = async (seed: number) =>
    (await say({ method: 'POST', path, body: { story: 'dice', seed } })).body
  const endings = await Promise.all(Array.from({ length: 20 }, async (_, seed) => (await play(seed)).ending))
  expect(new Set(endings).size).toBe(3)
  expect((await play(7)).ending).toBe(endings[7])
  expect(await play(7)).toMatchObject({
    scenes: [{ heard: { say: 'Up it goes.' }, clamped: ['thrown'] }, {}],
  })
  const wrong = { story: 'dice', answers: ['left', 'middle'] }
  const { status, body } = await say({ method: 'POST', path, body: wrong })
  expect([status, body.error?.message]).toEqual([422, expect.stringContaining('answers')])
})

test('how long a story plays is told as far as it is known', async () => {
  const path = '/stories/playing-time'
  const time = async () => (await say({ method: 'POST', path, body: { story: 'lantern' } })).body
  expect(await time()).toEqual({
    endings: [
      { name: 'happy', shortest: { scenes: 2, seconds: 64 } },
      { name: 'asleep', shortest: { scenes: 2, seconds: 64 } },
    ],
    ...{ shortest: { scenes: 2, seconds: 64 }, longest: { scenes: 2, seconds: 64 } },
    ...{ goes_round: false, before_choice_s: 3 },
  })
  lengths.delete('attic.mp3')
  expect(await time()).toMatchObject({ shortest: { scenes: 2, seconds: null } })
})
