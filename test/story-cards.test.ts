import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { type Answer, answers, type Story } from '../src/core/story.ts'
import { type CompiledStory, compiled } from '../src/stories/compiled.ts'
import { begin, next, type Passage } from '../src/stories/journey.ts'
import { keyOf } from '../src/stories/situation.ts'
import { type Heard, listenTo, type RunningApp, runApp, until } from './support/running-app.ts'

let running: RunningApp | undefined
let broker: Awaited<ReturnType<typeof listenTo>> | undefined

afterEach(async () => {
  await broker?.stop()
  await running?.remove()
})

// How many seconds of audio play in one.
const pace = 60

interface Choice {
  readonly choice: string
  readonly scene: string
  readonly leads_to: string
}

/** What is answered at each question on the shortest way to an ending, and what that comes to. */
interface Walk {
  readonly ending: string
  readonly choices: readonly Choice[]
}

/** The shortest way to each ending, found in the story itself. */
function walksOf(story: Story): Walk[] {
  const whole: CompiledStory = compiled(story)
  const found = new Map<string, Walk>()
  const seen = new Set<string>()
  let edge: { at: Passage; choices: readonly Choice[] }[] = [{ at: begin(whole), choices: [] }]
  while (edge.length > 0) {
    const following: typeof edge = []
    for (const { at, choices } of edge) {
      const { exit, id } = at.scene
      if (seen.has(keyOf(at.progress.situation))) continue
      seen.add(keyOf(at.progress.situation))
      if (exit.kind === 'ending') {
        if (!found.has(exit.name)) found.set(exit.name, { ending: exit.name, choices })
        continue
      }
      const asked: readonly Answer[] = exit.kind === 'question' ? answers : ['silence']
      for (const answer of asked) {
        const to = next(whole, at.progress, { answer, random: () => 0 })
        if (to === null) continue
        const choice = { choice: answer, scene: id, leads_to: to.scene.id }
        following.push({ at: to, choices: exit.kind === 'question' ? [...choices, choice] : choices })
      }
    }
    edge = following
  }
  return [...found.values()]
}

const choicesIn = (heard: readonly Heard[]): Choice[] =>
  heard.flatMap(({ topic, payload }) => {
    if (!topic.endsWith('/event')) return []
    const { type, choice, scene, leads_to } = JSON.parse(payload) as { type: string } & Choice
    return type === 'story_choice' ? [{ choice, scene, leads_to }] : []
  })

async function house() {
  running = await runApp({ pace })
  broker = await listenTo(running.app.mqttUrl)
  const player = running.app.simulator?.players[0]?.id ?? ''
  const story = running.app.ruleSet.stories?.get('lighthouse')
  if (story === undefined) throw new Error('the shipped story is not there')
  return { running, broker, player, story }
}

describe('the shipped story', () => {
  test.each(['live', 'card'] as const)(
    'is played to every ending on a simulated player, over HTTP and MQTT: %s',
    { timeout: 240_000 },
    async (run) => {
      const { running, broker, player, story } = await house()
      const { call, log } = running
      const made = await call('POST', '/cards', { story: 'lighthouse', run, title: run })
      expect(made).toMatchObject({ status: 200, body: { kind: 'story', story: { id: 'lighthouse', run } } })
      const { card_id } = made.body as { card_id: string }
      const walks = walksOf(story)
      expect(walks.length).toBeGreaterThanOrEqual(3)
      for (const { ending, choices } of walks) {
        broker.heard.length = 0
        await call('POST', `/simulator/players/${player}/insert`, { card_id })
        const state = async () =>
          (await call('GET', `/players/${player}`)).body as { playback: string; chapter_key: string | null }
        await expect.poll(async () => (await state()).playback, { timeout: 30_000 }).toBe('playing')
        for (const [index, { choice, scene }] of choices.entries()) {
          await arrived(scene, index)
          if (choice !== 'silence') await call('POST', `/simulator/players/${player}/press`, { button: choice })
          await until(`${scene} is answered`, () => choicesIn(broker.heard).length > index)
        }
        await expect.poll(async () => (await state()).playback, { timeout: 30_000 }).toBe('stopped')
        expect(choicesIn(broker.heard)).toEqual(choices)
        if (run === 'live')
          expect(log.lines.some(({ detail }) => detail?.ending === ending)).toBe(true)
        await call('POST', `/simulator/players/${player}/remove`)
        await until('the card is out', () => running.app.hub.player(player)?.card_id === null)
      }

      /** Waits until the player has come to a question behind scenes that lead on by themselves. */
      async function arrived(scene: string, index: number) {
        const last = choicesIn(broker.heard).at(-1)
        if (index === 0 || last?.leads_to === scene) return pause(1_000 / pace)
        const isThere = () =>
          run === 'live'
            ? log.lines.findLast(({ message }) => message === 'a story goes on')?.detail?.scene === scene
            : running.app.hub.player(player)?.chapter_key?.startsWith(scene) === true
        await until(`${scene} is played`, isThere)
        await pause(1_000 / pace)
      }
    },
  )
})
