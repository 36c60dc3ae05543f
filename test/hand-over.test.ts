import { expect, test } from 'vitest'
import { scheduledHouse } from './support/scheduled-house.ts'

const rules = `
playlists:
  day: [a.mp3, b.mp3, c.mp3]
schedules:
  bedroom:
    default: day
vars: {presses: {start: 0, max: 100}}
rules:
  surprise:
    stream: bedroom
    mode: restart
    when: [button: left]
    do:
      - queue: {now: m.mp3}
      - wait: 1h
      - queue: {now: n.mp3}
  counts:
    stream: bedroom
    mode: queued
    when: [button: right]
    do:
      - set: {presses: vars.presses + 1}
      - wait_for: {input: never, timeout: 1h}
inputs: {never: {type: switch}}
`

// The clock of the house stands still: whoever waited for the patience of 150 ms to be over would wait for ever.
test('a press is answered as soon as the rules that it starts only wait, with what they have made of it', async () => {
  const { fetched, current, clock } = await scheduledHouse(rules, '2065-11-21T10:00:00Z')
  expect((await fetched('bedroom', 'start')).songs).toBe('a')
  expect((await fetched('bedroom', 'left-a')).songs).toBe('m')
  await clock.advance(1000)
  expect((await fetched('bedroom', 'right-a')).songs).toBe('b')
  await clock.advance(1000)
  // The run before it waits for an hour, and this one stands in the queue behind it.
  expect((await fetched('bedroom', 'right-b')).songs).toBe('c')
  await clock.advance(3_600_000)
  await expect.poll(() => current('bedroom')).toBe('n.mp3')
})
