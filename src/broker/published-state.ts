import { type PlayerState, unknownPlayer } from '../core/player.ts'
import type { Pace } from './state-pacer.ts'

/** The published state: every field of the contract and no other, null where nothing is known. */
export const statePace: Pace = {
  everyMs: 1000,
  payload: (state) => JSON.stringify(Object.fromEntries(fieldsOf(state))),
  steady: (state) => JSON.stringify(fieldsOf(state).map(withoutTime)),
}

function fieldsOf(state: PlayerState): [keyof PlayerState, unknown][] {
  const fields = Object.keys(unknownPlayer(state.id, state.name)) as (keyof PlayerState)[]
  return fields.map((field) => [field, state[field] ?? null])
}

/** These run on while a card plays or a timer runs. */
function withoutTime([field, value]: [keyof PlayerState, unknown]): unknown {
  if (field === 'position_s' || field === 'last_seen_at') return null
  return field === 'sleep_timer_s' && typeof value === 'number' ? value > 0 : value
}
