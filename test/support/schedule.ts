import type { Schedule, Slot } from '../../src/rules/rule-set.ts'

/** The schedule of the stream `bedroom` with these slots; of what is not said of one, it has nothing. */
export function schedule(...slots: Partial<Slot>[]): Schedule {
  const filled = slots.map((slot, index) => ({
    id: `s${index}`,
    window: null,
    days: null,
    play: 'p',
    ifPressed: null,
    ...slot,
  }))
  return { stream: 'bedroom', default: null, slots: filled }
}
