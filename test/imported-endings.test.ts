import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { StoryNews } from '../src/core/story-news.ts'
import { storyFromTwee } from '../src/stories/import/twee-story.ts'
import { writeStory } from '../src/stories/import/written.ts'
import { type StoryHouse, storyHouse } from './support/story-house.ts'

const own = `stories:
  the-cave:
    scenes:
      Start: {play: music/lullaby-one.mp3, go: Home}
      Home: {play: music/lullaby-two.mp3, ending: Home}
`
const cave = `:: StoryTitle
The cave

:: Start
You stand before a cave.
[[In->Cave]]
[[Home->Home]]

:: Cave
A bear!
[[Wave->Friend]]
[[Run->Home]]

:: Friend
The bear waves back.

:: Home
You are at home.
`

let running: StoryHouse | undefined

afterEach(() => running?.remove())

function written(): string {
  const { story } = storyFromTwee(cave, { as: 'yoto' })
  return writeStory(story, { schema: 'schema.json' })
}

/** The simulated player with the card of the imported story in it, or of another one. */
async function told(run: 'card' | 'live', text = written()) {
  running = await storyHouse()
  const { app, call, data, pass, player, state, clock } = running
  await writeFile(join(data, 'config', 'cave.yaml'), text)
  await pass('the story is there', () => app.ruleSet.stories?.has('the-cave') ?? false)
  const made = await call('POST', '/cards', { story: 'the-cave', run, title: 'Cave' })
  expect(made).toMatchObject({ status: 200, body: { story: { id: 'the-cave', run } } })
  const { card_id } = made.body as { card_id: string }
  const news: StoryNews[] = []
  app.hub.subscribe('the test', (change) => {
    if (change.kind === 'story') news.push(change.news)
  })
  const heard = () => news.map(({ scene, ending }) => scene ?? `over: ${ending}`)
  await call('POST', `/simulator/players/${player}/insert`, { card_id })
  await pass('it begins', () => heard().at(-1) === 'Start')
  return {
    ...running,
    heard,
    press: (button: 'left' | 'right') => call('POST', `/simulator/players/${player}/press`, { button }),
    reaches: (scene: string) => pass(`"${scene}" is reached`, () => heard().at(-1) === scene),
    stops: () => pass('it is over', () => state()?.playback === 'stopped'),
    async moment() {
      const begunMs = clock.now().getTime()
      await pass('a moment of it is heard', () => clock.now().getTime() - begunMs >= 2_000)
    },
  }
}

describe.each(['card', 'live'] as const)('an imported story that has come to its end, %s', (run) => {
  test.each(['left', 'right'] as const)(
    'starts over with the %s knob, also where nobody had answered',
    { timeout: 120_000 },
    async (button) => {
      const { heard, press, reaches, stops, moment } = await told(run)
      // Nobody answers: it ends in the scene that was made for that.
      await reaches('over: stop')
      await stops()
      expect(heard()).toEqual(['Start', 'stop', 'over: stop'])
      await press(button)
      await reaches('Start')
      // On to an ending that somebody wrote.
      await moment()
      await press('right')
      await reaches('over: Home')
      await stops()
      await press(button)
      await reaches('Start')
    },
  )
})

test('from an ending of a card both knobs lead to its beginning, though it stops', {
  timeout: 120_000,
}, async () => {
  const { app } = await told('card')
  const card = app.cards.list().find(({ story }) => story?.id === 'the-cave')
  const document = JSON.stringify(await app.simulator?.card(card?.card_id ?? ''))
  const first = { cmd: 'goto', params: { chapterKey: 'start~E', trackKey: 'start~E' } }
  expect(document).toContain(
    `"onLhb":${JSON.stringify(first)},"onRhb":${JSON.stringify(first)},"onEnd":{"cmd":"stop"}`,
  )
  expect(document).not.toContain('{"onEnd":{"cmd":"stop"}}')
})

test('a press begins the story of a card anew while its ending is heard', {
  tags: 'slow',
  timeout: 120_000,
}, async () => {
  const { reaches, press, moment, heard, state } = await told('card', own)
  await reaches('Home')
  await moment()
  expect(state()?.playback).toBe('playing')
  await press('right')
  await reaches('Start')
  expect(heard()).toEqual(['Start', 'Home', 'Start'])
})
