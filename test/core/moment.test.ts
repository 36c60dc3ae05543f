import { describe, expect, test } from 'vitest'
import { hasTakenUp, type Moment } from '../../src/core/moment.ts'
import { type PlayerPatch, unknownPlayer } from '../../src/core/player.ts'

const start = Date.parse('2026-11-21T10:00:00Z')

function moment(patch: PlayerPatch, seconds: number): Moment {
  const on = { online: true, playback: 'playing', chapter_key: 'now-a', track_key: 'now-a' } as const
  return {
    state: { ...unknownPlayer('y1', 'Nursery'), ...on, ...patch },
    at: new Date(start + seconds * 1000),
  }
}

const elsewhere = { chapter_key: 'right-a', track_key: 'right-a' }

describe('a player has taken a track up again', () => {
  test.each<PlayerPatch>([{ online: false }, { playback: 'stopped' }, { playback: null }])(
    'that comes from being %o',
    (before) => {
      expect(hasTakenUp(moment(before, 0), moment({ ...elsewhere, position_s: 0 }, 4))).toBe(true)
    },
  )

  test('that is further on than it can have come, even where the name was late', () => {
    const before = moment({ position_s: 3 }, 0)
    expect(hasTakenUp(before, moment({ ...elsewhere, position_s: 10 }, 4))).toBe(true)
    expect(hasTakenUp(before, moment({ ...elsewhere, position_s: 9 }, 4))).toBe(false)
    expect(hasTakenUp(before, moment({ ...elsewhere, position_s: null }, 4))).toBe(false)
  })

  test('not where it goes on with the track it had', () => {
    expect(hasTakenUp(moment({ position_s: 3 }, 0), moment({ position_s: 300 }, 4))).toBe(false)
    expect(hasTakenUp(moment({ playback: 'paused' }, 0), moment({ ...elsewhere, position_s: 0 }, 900))).toBe(
      false,
    )
  })
})
