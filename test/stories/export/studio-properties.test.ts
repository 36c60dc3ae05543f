/** @module-tag slow */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AppError } from '../../../src/core/error.ts'
import type { Story } from '../../../src/core/story.ts'
import { compiled } from '../../../src/stories/compiled.ts'
import { type Expansion, expanded } from '../../../src/stories/export/expansion.ts'
import { studioStory } from '../../../src/stories/export/studio.ts'
import { begin, next } from '../../../src/stories/journey.ts'
import { anyStory } from '../../support/stories.ts'

type Presses = readonly ('left' | 'right')[]

// From here on a story may go round for ever, also without a sound.
const longest = 60
const mostSteps = 400

/** What is heard, when these buttons are pressed at questions with two answers. */
function toldFrom(story: Story, presses: Presses): readonly string[] {
  const heard: string[] = []
  const pressed = presses.values()
  const whole = compiled(story)
  for (let passage = begin(whole), steps = 0; heard.length < longest && steps < mostSteps; steps++) {
    const { clip, scene } = passage
    const { exit } = scene
    const ask = exit.kind === 'question' ? exit.ask : null
    heard.push(...[clip, ask].flatMap((one) => (one !== null && 'file' in one ? [one.file] : [])))
    if (exit.kind === 'ending') return [...heard, 'the end']
    let answer: 'left' | 'right' | 'silence' = 'silence'
    if (exit.kind === 'question')
      answer =
        exit.left === null ? 'right' : exit.right === null ? 'left' : (pressed.next().value ?? 'silence')
    if (exit.kind === 'question' && answer === 'silence') return heard
    const following = next(whole, passage.progress, { answer, random: () => 0 })
    if (following === null) return expect.unreachable('a story that was exported goes on')
    passage = following
  }
  return heard
}

interface Way {
  readonly actionNode: string
  readonly optionIndex: number
}

interface Stage {
  readonly uuid: string
  readonly squareOne?: boolean
  readonly audio: string | null
  readonly image: string | null
  readonly okTransition: Way | null
  readonly controlSettings: { readonly ok: boolean; readonly wheel: boolean; readonly autoplay: boolean }
}

interface Box {
  readonly stageNodes: readonly Stage[]
  readonly actionNodes: readonly { readonly id: string; readonly options: readonly string[] }[]
}

/** A box as it is held in the hand: the wheel, and OK. */
function playedOn({ stageNodes, actionNodes }: Box, presses: Presses): readonly string[] {
  const stages = new Map(stageNodes.map((stage) => [stage.uuid, stage]))
  const actions = new Map(actionNodes.map(({ id, options }) => [id, options]))
  const pressed = presses.values()
  const heard: string[] = []
  let stage = stageNodes.find(({ squareOne }) => squareOne === true) ?? expect.unreachable()
  let [options, index]: [readonly string[], number] = [[stage.uuid], 0]
  for (let steps = 0; heard.length < longest && steps < mostSteps; steps++) {
    const { audio, image, okTransition: way, controlSettings: can } = stage
    if (audio !== null) heard.push(audio)
    if (way === null) return [...heard, 'the end']
    if (image === 'left.png') {
      const press = pressed.next().value
      if (press === undefined) return heard
      if (press === 'right') {
        expect(can.wheel).toBe(true)
        index = (index + 1) % options.length
        stage = stages.get(options[index] ?? '') ?? expect.unreachable()
        expect(stage.image).toBe('right.png')
        if (stage.okTransition === null) return expect.unreachable()
      }
    }
    expect(can.autoplay || can.ok).toBe(true)
    const { actionNode, optionIndex } = stage.okTransition ?? way
    options = actions.get(actionNode) ?? expect.unreachable()
    index = optionIndex
    stage = stages.get(options[index] ?? '') ?? expect.unreachable()
  }
  return heard
}

const presses = fc.array(fc.constantFrom<'left' | 'right'>('left', 'right'), { maxLength: 30 })

test('a box plays what the story tells, whatever is pressed', { timeout: 120_000 }, () => {
  let told = 0
  fc.assert(
    fc.property(anyStory({ chance: false }), presses, (story, taken) => {
      let expansion: Expansion
      try {
        expansion = expanded(compiled(story))
      } catch (error) {
        if (error instanceof AppError) return
        throw error
      }
      const { json } = studioStory(story, expansion, {
        soundOf: (file) => file,
        pictureOf: (picture) => `${picture}.png`,
      })
      const box: Box = JSON.parse(JSON.stringify(json))
      expect(playedOn(box, taken).slice(0, longest)).toEqual(toldFrom(story, taken).slice(0, longest))
      told += 1
    }),
    { numRuns: 1_000 },
  )
  expect(told).toBeGreaterThan(300)
})
