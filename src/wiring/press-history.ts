import type { SlotPress } from '../audio/slot-listeners.ts'

/** A press on a queue card, as it was counted or taken back. */
export interface PressRecord {
  /** ISO 8601 with offset. */
  readonly at: string
  readonly player: string | null
  readonly button: 'left' | 'right'
  /** The place of the card that it led to. */
  readonly place: string
  readonly via: 'http' | 'mqtt'
  /** False for a press that there never was: its player has contradicted it since. */
  readonly counted: boolean
}

const keptPerCard = 100

/** The last presses of each card since the start, the newest first. */
export class PressHistory {
  readonly #byCard = new Map<string, { readonly press: SlotPress; readonly at: string; counted: boolean }[]>()

  add(press: SlotPress, at: string): void {
    if (press.card_id === null) return
    const earlier = this.#byCard.get(press.card_id) ?? []
    this.#byCard.set(press.card_id, [{ press, at, counted: true }, ...earlier].slice(0, keptPerCard))
  }

  /** Marks a press that was added as one that there never was. */
  refute(press: SlotPress): void {
    const record = this.#byCard.get(press.card_id ?? '')?.find((one) => one.press === press)
    if (record !== undefined) record.counted = false
  }

  of(cardId: string): PressRecord[] {
    const records = this.#byCard.get(cardId) ?? []
    return records.map(({ press: { player, button, place, via }, at, counted }) => ({
      at,
      player,
      button,
      place,
      via,
      counted,
    }))
  }
}
