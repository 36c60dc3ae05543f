import { describe, expect, test } from 'vitest'
import type { Answer } from '../../src/core/answer.ts'
import { StreamAnswers } from '../../src/wiring/answers.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

async function endOf(
  answers: readonly Answer[],
  asked: { after: string; before?: string; player?: string | null; exists?: (stream: string) => boolean },
): Promise<string | null> {
  const { after, before = '2030-01-01T00:00:00Z', player = 'anna', exists = () => true } = asked
  const clock = new VirtualClock()
  const streams = new StreamAnswers({ records: memoryCollection(), exists, zone: 'Europe/London', clock })
  await streams.setAll(new Map([['kitchen', answers]]), async () => undefined)
  const span = { after: new Date(after), before: new Date(before) }
  return streams.endsAt('kitchen', player, span)?.toISOString() ?? null
}

const dreams: Answer = { stream: 'dreams', when: { between: { from: '19:00', to: '06:30' } } }
const noon = '2026-11-21T12:00:00Z'

describe('what plays in place of a stream ends', () => {
  test('where an answer begins to hold and where it ceases to, within the span', async () => {
    expect(await endOf([dreams], { after: noon })).toBe('2026-11-21T19:00:00.000Z')
    expect(await endOf([dreams], { after: '2026-11-21T19:00:00Z' })).toBe('2026-11-22T06:30:00.000Z')
    expect(await endOf([dreams], { after: noon, before: '2026-11-21T19:00:00Z' })).toBeNull()
  })

  test('with the day, where answers go by days', async () => {
    const weekend: Answer = { stream: 'weekend', when: { days: ['sat', 'sun'] } }
    expect(await endOf([weekend], { after: noon, before: '2026-11-30T00:00:00Z' })).toBe(
      '2026-11-23T00:00:00.000Z',
    )
  })

  test('not where an earlier answer holds all the same, nor for what there is not', async () => {
    expect(
      await endOf([{ stream: 'anna', when: { player: 'anna' } }, dreams], {
        after: noon,
        before: '2026-11-24T00:00:00Z',
      }),
    ).toBeNull()
    expect(
      await endOf([dreams], { after: noon, before: '2026-11-24T00:00:00Z', exists: () => false }),
    ).toBeNull()
    expect(await endOf([], { after: noon })).toBeNull()
  })

  test('only for the player it is meant for', async () => {
    const annas: Answer = {
      stream: 'dreams',
      when: { player: 'anna', between: { from: '19:00', to: '20:00' } },
    }
    expect(await endOf([annas], { after: noon })).toBe('2026-11-21T19:00:00.000Z')
    for (const player of ['ben', null]) expect(await endOf([annas], { after: noon, player })).toBeNull()
  })

  test('where the clocks are set over a time, and at both where it comes twice', async () => {
    const early: Answer = { stream: 'dreams', when: { between: { from: '01:30', to: '05:00' } } }
    expect(await endOf([early], { after: '2027-03-28T00:30:00Z' })).toBe('2027-03-28T01:00:00.000Z')
    const night: Answer = { stream: 'dreams', when: { between: { from: '23:00', to: '01:30' } } }
    const ends = ['2026-10-25T00:00:00Z', '2026-10-25T00:45:00Z', '2026-10-25T01:15:00Z']
    expect(await Promise.all(ends.map((after) => endOf([night], { after })))).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-10-25T01:00:00.000Z',
      '2026-10-25T01:30:00.000Z',
    ])
  })
})
