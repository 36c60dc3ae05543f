import { describe, expect, test } from 'vitest'
import { type Answer, type Asker, answerFault, answeringStream, isBetween } from '../../src/core/answer.ts'

interface Of extends Partial<Pick<Asker, 'player' | 'time'>> {
  readonly day?: string
  /** Expressions that hold. */
  readonly true?: readonly string[]
}

const asker = ({ day = 'mon', true: held = [], ...of }: Of): Asker => ({
  player: null,
  time: '12:00',
  isOn: (days) => days.includes(day),
  holds: (expression) => held.includes(expression),
  ...of,
})
const everywhere = () => true

function answered(answers: readonly Answer[], of: Of, exists = everywhere as (s: string) => boolean) {
  return answeringStream('bedtime', { answers, exists }, asker(of))
}

describe('which stream answers', () => {
  const answers: Answer[] = [
    { stream: 'anna-night', when: { player: 'anna', between: { from: '19:00', to: '06:00' } } },
    { stream: 'anna', when: { player: 'anna' } },
    { stream: 'weekend', when: { days: ['sat', 'sun'] } },
    { stream: 'party', when: { if: 'inputs.party', between: { from: '10:00', to: '14:00' } } },
  ]

  test.each<[string, Of]>([
    ['bedtime', {}],
    ['bedtime', { player: 'ben' }],
    ['anna', { player: 'anna' }],
    ['anna', { player: 'anna', time: '18:59' }],
    ['anna-night', { player: 'anna', time: '19:00' }],
    ['anna-night', { player: 'anna', time: '05:59' }],
    ['anna', { player: 'anna', time: '06:00' }],
    ['weekend', { player: 'ben', day: 'sat' }],
    ['anna', { player: 'anna', day: 'sun' }],
    ['weekend', { player: null, day: 'sun' }],
    ['party', { true: ['inputs.party'] }],
    ['bedtime', { true: ['inputs.party'], time: '14:00' }],
    ['bedtime', { true: ['inputs.other'] }],
  ])('%s for %j', (stream, of) => {
    expect(answered(answers, of)).toBe(stream)
  })

  test('is the next that holds where a stream is gone', () => {
    expect(answered(answers, { player: 'anna', time: '20:00' }, (name) => name !== 'anna-night')).toBe('anna')
    expect(answered(answers, { player: 'anna' }, () => false)).toBe('bedtime')
  })

  test('does not hold for a player that cannot be told', () => {
    expect(answered([{ stream: 'anna', when: { player: 'anna' } }], { player: null })).toBe('bedtime')
  })
})

test('an answer that could never be heard is refused in words', () => {
  const fault = (stream: string, when: Answer['when']) => answerFault('bedtime', { stream, when })
  expect(fault('bedtime', { days: ['sat'] })).toContain('names "bedtime" itself')
  expect(fault('anna', { between: { from: '07:00', to: '07:00' }, player: 'y1' })).toBe(
    'never holds, for its time begins and ends at 07:00: give two different times, or leave `between` out for the whole day',
  )
  expect(fault('anna', { between: { from: '07:00', to: '07:01' } })).toBeNull()
  expect(fault('anna', { days: ['sat'] })).toBeNull()
})

test('a window holds from its first minute to before its last, also over midnight', () => {
  expect(
    ['06:59', '07:00', '18:59', '19:00'].map((time) => isBetween(time, { from: '07:00', to: '19:00' })),
  ).toEqual([false, true, true, false])
  expect(
    ['18:59', '19:00', '23:59', '00:00', '06:59', '07:00'].map((time) =>
      isBetween(time, { from: '19:00', to: '07:00' }),
    ),
  ).toEqual([false, true, true, true, true, false])
})
