import type { Also, Collection, Entry } from './collection.ts'
import { type Asked, Coming } from './coming.ts'
import { AppError } from './error.ts'
import type { Log } from './log.ts'
import type { Turns } from './turns.ts'
import { type Declaration, fittedTo, type PlainValue, takenBy } from './value-form.ts'
import { Write } from './write.ts'

/** A value, or what works it out when its turn comes: all that was set before it is coming by then. */
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

interface Setting {
  readonly because: string
  readonly also: Also | undefined
}

interface Putting extends Setting {
  /** It was another before. */
  readonly isNew: boolean
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
  readonly #coming = new Coming<{ readonly of: Declared; readonly value: PlainValue }>()

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

  /** As they will be once all that was asked for is in the store. */
  get coming(): ReadonlyMap<string, PlainValue> {
    const coming = this.#coming.entries().filter(([name, { of }]) => of === this.#declared.get(name))
    if (coming.length === 0) return this.#current
    return new Map([...this.#current, ...coming.map(([name, { value }]) => [name, value] as const)])
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
    // The next one is worked out with this, and need not wait until it is in the store.
    return this.#coming.take(() =>
      this.#options.turns.take('values', () => this.#set(name, asked, { because, also })),
    )
  }

  /** Resolves when every value that was asked for is in the store. */
  async stop(): Promise<void> {
    await this.#coming.settled()
  }

  async #set(name: string, asked: AskedValue, { because, also }: Setting): Promise<Asked<PlainValue>> {
    const { what, log } = this.#options
    const declared = this.#declared.get(name)
    if (declared === undefined) throw new AppError('not_found', `there is no ${what} "${name.slice(0, 80)}"`)
    const wanted = typeof asked === 'function' ? asked() : asked
    const fitted = fittedTo(declared.form, wanted)
    if (fitted === null) throw wrongValue(what, declared, wanted)
    const { value, why } = fitted
    if (declared.form.type === 'press') return this.#pressed(declared, value, because)
    if (why !== null) log.warn(`${what} "${name}" is ${value}: ${why}`, { because })
    const coming = this.#coming.get(name)
    const isOfIt = coming?.value.of === declared
    const isNew = value !== (isOfIt ? coming.value.value : this.#current.get(name))
    const kept = coming === undefined ? this.#stored.get(name) : coming.value.value
    // Also where nothing changes, that it was done is to be kept.
    if (!isNew && kept === value && also === undefined) return this.#coming.nothing(coming, () => value)
    return this.#put(declared, value, { because, also, isNew })
  }

  /** It comes behind all that was set before. */
  async #pressed(declared: Declared, value: PlainValue, because: string): Promise<Asked<PlainValue>> {
    await this.#coming.settled(this.#coming.entries().map(([name]) => name))
    this.#options.tell(declared, value, { because })
    return { write: new Write(), stored: Promise.resolve(value) }
  }

  #put(declared: Declared, value: PlainValue, { because, also, isNew }: Putting): Asked<PlainValue> {
    const { store, announce } = this.#options
    const { id } = declared
    let announced: Announced | null = null
    let current = value
    const rows = (): readonly Entry[] => {
      announced = isNew ? (announce?.(declared, value) ?? null) : null
      return [...(announced?.rows ?? []), ...(also?.rows() ?? [])]
    }
    const { write, stored } = this.#coming.add(id, { of: declared, value }, this.#coming.get(id), {
      put: async (write) => store?.set(id, value, { rows, isSoon: also?.isSoon ?? false }, write),
      kept: () => {
        current = this.#keep(declared, value)
        const latest = this.#declared.get(id)
        if (isNew && latest !== undefined && latest.form.type !== 'press')
          this.#options.tell(latest, current, toldOf(because, announced))
      },
    })
    return { write, stored: stored.then(() => current) }
  }

  /** What it then is: the files may have been edited meanwhile. */
  #keep(declared: Declared, value: PlainValue): PlainValue {
    const { id } = declared
    this.#stored.set(id, value)
    const latest = this.#declared.get(id)
    if (latest === undefined || latest.form.type === 'press') return value
    const current = latest === declared ? value : this.#restored(latest)
    this.#current.set(id, current)
    return current
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
