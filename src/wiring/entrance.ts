import { edgesFrom, type Place, type SlotCut } from '../core/slot.ts'

interface EntranceFrom {
  /** The chapter the player is at; null where it has not said. */
  readonly from: string | null
  readonly slots: SlotCut
  /** Whether the current item is another than the one that was current until now. */
  readonly isAnother: boolean
}

/** The place of a queue card where a player gets the current item from its beginning, which is nobody's press. */
export function entrance({ from, slots, isAnother }: EntranceFrom): Place {
  if (slots === 'linear') return distantNumber(Number(from))
  // The first slot is no edge of another. Asked for twice it may be a retry, and stays what it was; but its end leads
  // to an item that nobody has heard yet.
  return from === 'start' && isAnother ? edgesFrom('start').end : 'start'
}

/** A chapter that is neither this nor beside it: going there is no press and no end. */
function distantNumber(from: number): Place {
  return from > 2 ? '01' : '05'
}
