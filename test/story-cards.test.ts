import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { Story } from '../src/core/story.ts'
import type { StoryNews } from '../src/core/story-news.ts'
import { choicesIn, type StoryHouse, storyHouse, walksOf } from './support/story-house.ts'

let running: StoryHouse | undefined

afterEach(() => running?.remove())

async function house(): Promise<StoryHouse> {
  running = await storyHouse()
  return running
}

describe('the shipped story', () => {
  test.each(['live', 'card'] as const)(
    'is played to every ending on a simulated player, over HTTP and MQTT: %s',
    { tags: 'slow', timeout: 240_000 },
    async (run) => {
      const { app, broker, call, clock, log, pass, player, story, state } = await house()
      const made = await call('POST', '/cards', { story: 'lighthouse', run, title: run })
      expect(made).toMatchObject({ status: 200, body: { kind: 'story', story: { id: 'lighthouse', run } } })
      const { card_id } = made.body as { card_id: string }
      const walks = walksOf(story)
      const news: StoryNews[] = []
      app.hub.subscribe('the test', (change) => {
        if (change.kind === 'story') news.push(change.news)
      })
      // To the scene of bedtime no way leads.
      expect(new Set([...walks.map(({ ending }) => ending), 'asleep'])).toEqual(endingsOf(story))
      for (const { ending, choices } of walks) {
        broker.heard.length = 0
        log.lines.length = 0
        news.length = 0
        await call('POST', `/simulator/players/${player}/insert`, { card_id })
        await pass('it plays', () => state()?.playback === 'playing')
        for (const [index, { choice, scene }] of choices.entries()) {
          await pass(`"${scene}" is played`, () => sceneOf() === scene)
          // Who presses as a scene begins has pressed for the one before.
          const begunMs = clock.now().getTime()
          await pass('a moment of it is heard', () => clock.now().getTime() - begunMs >= 2_000)
          if (choice !== 'silence')
            await call('POST', `/simulator/players/${player}/press`, { button: choice })
          await pass(`"${scene}" is answered`, () => choicesIn(broker.heard).length > index)
        }
        await pass('it is over', () => state()?.playback === 'stopped')
        expect(choicesIn(broker.heard)).toEqual(choices)
        await pass('its end is told', () => news.some((one) => one.ending !== null))
        expect(news.map((one) => one.ending).filter((one) => one !== null)).toEqual([ending])
        expect(news.filter((one) => one.from === null).map(({ scene }) => scene)).toEqual([story.start])
        await call('POST', `/simulator/players/${player}/remove`)
        await pass('the card is out', () => state()?.card_id === null)
      }

      /** The scene that the player is in, by the product's words or by the chapter that the player names. */
      function sceneOf(): string | undefined {
        if (run === 'card') return /^[a-z-]+/.exec(state()?.chapter_key ?? '')?.[0]
        const told = log.lines.findLast(
          ({ message, detail }) => message === 'a story goes on' && detail?.scene,
        )
        return told?.detail?.scene as string | undefined
      }
    },
  )

  test('ends with its scene of bedtime in the evening', { timeout: 120_000 }, async () => {
    const { call, clock, log, pass, player, data, app, state } = await house()
    const card = app.cards.list().find(({ story }) => story?.id === 'lighthouse')
    expect(card?.story?.run, 'the card that is there by itself').toBe('live')
    const evening = `inputs: {evening: {type: button}}
rules: {bed: {player: ${player}, when: [{input: evening}], do: [{wind_down: {}}]}}
`
    await writeFile(join(data, 'config', 'evening.yaml'), evening)
    await pass('the rule is there', () => app.ruleSet.rules.some(({ id }) => id === 'bed'))
    await call('POST', `/simulator/players/${player}/insert`, { card_id: card?.card_id })
    await pass('it plays', () => state()?.playback === 'playing')
    const isTold = () => log.lines.some(({ message }) => message === 'player told: end with the story')
    // The rules are read, but whoever runs them may hear of that a little later.
    for (let presses = 0; !isTold() && presses < 10; presses++) {
      await call('POST', '/inputs/evening/press')
      const pressedMs = clock.now().getTime()
      await pass('it is told', () => isTold() || clock.now().getTime() - pressedMs > 3_000)
    }
    await pass('some of it was heard', () => (state()?.position_s ?? 0) >= 1)
    await call('POST', `/simulator/players/${player}/press`, { button: 'left' })
    await pass('it is over', () => log.lines.some(({ detail }) => detail?.ending === 'asleep'))
  })
})

function endingsOf({ scenes }: Story): Set<string> {
  return new Set([...scenes.values()].flatMap(({ exit }) => (exit.kind === 'ending' ? [exit.name] : [])))
}
