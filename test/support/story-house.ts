import { setTimeout as pause } from 'node:timers/promises'
import { type Answer, answers, type Story } from '../../src/core/story.ts'
import { type CompiledStory, compiled } from '../../src/stories/compiled.ts'
import { begin, next, type Passage } from '../../src/stories/journey.ts'
import { keyOf } from '../../src/stories/situation.ts'
import { type Heard, listenTo, runApp } from './running-app.ts'
import { VirtualClock } from './virtual-clock.ts'

export interface Choice {
  readonly choice: string
  readonly scene: string
  readonly leads_to: string
}

/** What is answered at each question on the shortest way to an ending, and what that comes to. */
export interface Walk {
  readonly ending: string
  readonly choices: readonly Choice[]
}

/** The shortest way to each ending, found in the story itself. */
export function walksOf(story: Story): Walk[] {
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

/** The choices in stories that the broker was told of. */
export function choicesIn(heard: readonly Heard[]): Choice[] {
  return heard.flatMap(({ topic, payload }) => {
    if (!topic.endsWith('/event')) return []
    const { type, choice, scene, leads_to } = JSON.parse(payload) as { type: string } & Choice
    return type === 'story_choice' ? [{ choice, scene, leads_to }] : []
  })
}

export type StoryHouse = Awaited<ReturnType<typeof storyHouse>>

/** The whole product with the shipped story, in a time that goes on only where the test lets it: however slow the machine is, there is time to answer. */
export async function storyHouse(options: { data?: string; clock?: VirtualClock } = {}) {
  const { clock = new VirtualClock() } = options
  const starting = setInterval(() => void clock.advance(50), 5)
  const running = await runApp({ ...options, clock }).finally(() => clearInterval(starting))
  const { app, call, log, data } = running
  const broker = await listenTo(app.mqttUrl)
  const player = app.simulator?.players[0]?.id ?? ''
  const story = app.ruleSet.stories?.get('lighthouse')
  if (story === undefined) throw new Error('the shipped story is not there')
  const pass = async (what: string, holds: () => boolean) => {
    for (let passedMs = 0; !holds(); passedMs += stepMs) {
      if (passedMs > longestMs) throw new Error(`${longestMs / 1000} s went by in vain until ${what}`)
      await clock.advance(stepMs)
      await pause(5)
    }
  }
  const stop = async () => {
    await broker.stop()
    await running.stop()
  }
  const remove = async () => {
    await broker.stop()
    await running.remove()
  }
  return {
    ...{ app, data, broker, call, clock, log, pass, player, story, stop, remove },
    state: () => app.hub.player(player),
  }
}

const stepMs = 100
// More than any scene takes.
const longestMs = 120_000
