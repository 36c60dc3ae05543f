import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Story } from '../../src/core/story.ts'
import { storyDesk } from '../../src/wiring/story-desk.ts'
import { type Asked, ask } from '../support/ask.ts'
import { houseWith } from '../support/house.ts'
import { openPanelDoor } from '../support/panel-door.ts'
import { storyIn } from '../support/written-story.ts'

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
  door = await openPanelDoor({ ...houseWith([]), stories: storyDesk(() => ({ stories })) })
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
