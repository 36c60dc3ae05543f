import { expect, test } from 'vitest'
import { Decisions } from '../../src/stories/live/decisions.ts'
import type { StoryPoint } from '../../src/stories/live/session.ts'

const step = { from: 'gate', edge: 'left', isBedtime: false } as const

function to(id: string) {
  const situation = { scene: id, vars: {}, picked: {} }
  const stop = { passage: { progress: { situation, heard: new Set<string>() } }, part: 'scene' }
  return { ...step, point: { id, stop, fromMs: 0, turn: 1 } as unknown as StoryPoint }
}

test('the first that is about to be given is what others get too; once it was given, it stays', () => {
  const decisions = new Decisions()
  decisions.add(to('feast'))
  decisions.add(to('home'))
  expect(decisions.get(step)?.id).toBe('feast')
  expect(decisions.give(to('feast'))).toBe(true)
  decisions.drop(step, to('feast').point)
  expect(decisions.give(to('home'))).toBe(false)
  expect(decisions.get(step)?.id).toBe('feast')
  expect(decisions.storedFrom('gate').map(({ point }) => point.scene)).toEqual(['feast'])
})

test('what nobody got is decided anew', () => {
  const decisions = new Decisions()
  decisions.add(to('feast'))
  decisions.drop(step, to('feast').point)
  expect(decisions.get(step)).toBeUndefined()
  expect(decisions.storedFrom('gate')).toEqual([])
})

test('what somebody hears holds, though another who was about to hear it got nothing and a third was told otherwise', () => {
  const decisions = new Decisions()
  decisions.add(to('feast'))
  decisions.drop(step, to('feast').point)
  decisions.add(to('home'))
  expect(decisions.give(to('feast'))).toBe(true)
  expect(decisions.get(step)?.id).toBe('feast')
  // What the third one gives up is not what is heard.
  decisions.drop(step, to('home').point)
  expect(decisions.storedFrom('gate').map(({ point }) => point.scene)).toEqual(['feast'])
})
