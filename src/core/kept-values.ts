import type { Also, Collection, Entry } from './collection.ts'
import { AppError } from './error.ts'
import type { Log } from './log.ts'
import type { Turns } from './turns.ts'
import { type Declaration, fittedTo, type PlainValue, takenBy } from './value-form.ts'

/** A value, or what works it out when its turn comes: all that was set before it stands by then. */
export type AskedValue = PlainValue | (() => PlainValue)

interface KeptValuesOptions<Declared> {
  /** How people call one of them. */
  readonly what: 'var' | 'input'
  /** A value is in it before it is acknowledged; null where they are forgotten with this object. */
  readonly store: Collection<PlainValue> | null
  /** Shared by all whose values are worked out from one another. */
  readonly turns: Turns<'values'>
  /** What is to be stored together with a new value, so that nobody who is told of it has to fear a kill in between. */
  readonly announce?: (declared: Declared, value: PlainValue) => Announced | null
  /** `announced`: under which name that was. */
  readonly tell: (declared: Declared, value: PlainValue, why: Told) => void
  readonly log: Log
}

export interface Announced {
  readonly name: string
  readonly rows: readonly Entry[]
}

interface Told {
  readonly because: string
  readonly announced?: string
}

/**
 * What the household remembers by name: which names there are is declared, what they are set to is stored. What is
 * stored under a name that is no longer declared, or declared otherwise, stays there until it is set again: a slip in a
 * file loses nothing.
 */
export class KeptValues<Declared extends Declaration> {
  readonly #options: KeptValuesOptions<Declared>
  readonly #stored = new Map<string, PlainValue>()
  readonly #declared = new Map<string, Declared>()
  readonly #current = new Map<string, PlainValue>()

  constructor(options: KeptValuesOptions<Declared>) {
    this.#options = options
  }

  /** Reads those of the last run. */
  async start(): Promise<void> {
    const entries = (await this.#options.store?.entries()) ?? []
    for (const [name, value] of entries) this.#stored.set(name, value)
  }

  /** Takes these in place of all that were declared before. Of what does not fit any more the log says what it is now. */
  declare(all: Iterable<Declared>): void {
    this.#declared.clear()
    this.#current.clear()
    for (const declared of all) {
      this.#declared.set(declared.id, declared)
      if (declared.form.type !== 'press') this.#current.set(declared.id, this.#restored(declared))
    }
  }

  /** By name, in the order of their declaration; what is pressed has none. */
  get values(): ReadonlyMap<string, PlainValue> {
    return this.#current
  }

  get declared(): ReadonlyMap<string, Declared> {
    return this.#declared
  }

  /**
   * Sets one; a number beyond its bounds becomes the nearest that it can be, and the log says so. Resolves with what it
   * is then, once that is in the store.
   * @throws AppError `not_found` for a name that is not declared, `unprocessable` for a value of another type.
   */
  set(name: string, asked: AskedValue, because: string, also?: Also): Promise<PlainValue> {
    return this.#options.turns.take('values', async () => {
      const { what, store, tell, announce, log } = this.#options
      const declared = this.#declared.get(name)
      if (declared === undefined)
        throw new AppError('not_found', `there is no ${what} "${name.slice(0, 80)}"`)
      const wanted = typeof asked === 'function' ? asked() : asked
      const fitted = fittedTo(declared.form, wanted)
      if (fitted === null) throw wrongValue(what, declared, wanted)
      const { value, why } = fitted
      if (declared.form.type === 'press') {
        tell(declared, value, { because })
        return value
      }
      if (why !== null) log.warn(`${what} "${name}" is ${value}: ${why}`, { because })
      const isNew = value !== this.#current.get(name)
      // Also where nothing changes, that it was done is to be kept.
      if (!isNew && this.#stored.get(name) === value && also === undefined) return value
      let announced: Announced | null = null
      await store?.set(name, value, {
        rows: () => {
          announced = isNew ? (announce?.(declared, value) ?? null) : null
          return [...(announced?.rows ?? []), ...(also?.rows() ?? [])]
        },
        isSoon: also?.isSoon ?? false,
      })
      this.#stored.set(name, value)
      // The files may have been edited meanwhile.
      const latest = this.#declared.get(name)
      if (latest === undefined) return value
      if (latest.form.type === 'press') return value
      const current = latest === declared ? value : this.#restored(latest)
      this.#current.set(name, current)
      if (isNew) tell(latest, current, toldOf(because, announced))
      return current
    })
  }

  #restored({ id, form, start }: Declared): PlainValue {
    const stored = this.#stored.get(id)
    if (stored === undefined) return start
    const { what, log } = this.#options
    const fitted = fittedTo(form, stored)
    if (fitted === null) {
      log.warn(`${what} "${id}" starts anew with ${start}: it was ${stored}, and now takes ${takenBy(form)}`)
      return start
    }
    if (fitted.why !== null)
      log.warn(`${what} "${id}" is ${fitted.value}: ${fitted.why}, which was edited since it was set`)
    return fitted.value
  }
}

function toldOf(because: string, announced: Announced | null): Told {
  return announced === null ? { because } : { because, announced: announced.name }
}

function wrongValue(what: string, { id, form }: Declaration, value: PlainValue): AppError {
  const shown = typeof value === 'string' ? `"${value.slice(0, 80)}"` : value
  return new AppError('unprocessable', `${what} "${id}" takes ${takenBy(form)}, not ${shown}`)
}
