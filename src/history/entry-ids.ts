const msDigits = 9
const countDigits = 3
const mostInOneMs = 36 ** countDigits

/**
 * Makes ids of twelve characters, the time in ms and a count within it, both to base 36. They sort in the order they
 * were made, also when the clock is set back or the product starts anew.
 */
export class EntryIds {
  #ms: number
  #count: number

  /** `last`: the greatest id there is already; the empty text where there is none. */
  constructor(last: string) {
    this.#ms = last === '' ? 0 : Number.parseInt(last.slice(0, msDigits), 36)
    this.#count = last === '' ? 0 : Number.parseInt(last.slice(msDigits), 36)
  }

  next(nowMs: number): string {
    if (nowMs > this.#ms) {
      this.#ms = nowMs
      this.#count = 0
    } else if (++this.#count === mostInOneMs) {
      this.#ms++
      this.#count = 0
    }
    return digits(this.#ms, msDigits) + digits(this.#count, countDigits)
  }
}

function digits(value: number, length: number): string {
  return value.toString(36).padStart(length, '0')
}
