/** Something to be said to the broker. */
export interface Message {
  readonly topic: string
  readonly payload: string
  readonly retain: boolean
  /** Resolves when it may be said. */
  readonly noted?: Promise<void> | undefined
  /** Told when the broker has it. */
  readonly delivered?: (() => void) | undefined
  /** Told when nothing more happens to it, whether it was said or not. */
  readonly settled?: (() => void) | undefined
}

interface Entry {
  message: Message
  /** What comes behind it belongs to it: an event tells of the state before it. */
  isFixed: boolean
  readonly isEvent: boolean
}

interface LineOptions {
  /** Told when an event is given up because too many wait. */
  readonly eventGivenUp: (topic: string) => void
}

/** Events of some minutes, where a slow broker takes one or two a second. */
export const mostEvents = 300

/**
 * What waits to be said, in its order. Of what is retained under a topic the newest alone waits, in the place of the
 * first: so a topic that changes faster than the broker takes it neither fills the memory nor waits for ever. What an
 * event tells of stays before it.
 */
export class Line {
  readonly #options: LineOptions
  readonly #entries = new Set<Entry>()
  /** The last one of each topic that is retained. */
  readonly #newest = new Map<string, Entry>()
  #events = 0

  constructor(options: LineOptions) {
    this.#options = options
  }

  /** Whether something retained waits there. */
  has(topic: string): boolean {
    return this.#newest.has(topic)
  }

  /** Puts it in the place of what waits there; with `follows`, behind all that was said before. */
  retain(newer: Message, { follows }: { readonly follows: boolean }): void {
    const older = this.#newest.get(newer.topic)
    let message = newer
    if (older !== undefined && !older.isFixed) {
      older.message.settled?.()
      const noted = Promise.all([older.message.noted, newer.noted]).then(() => undefined)
      if (older.message.noted !== undefined) message = { ...newer, noted }
      if (!follows) {
        older.message = message
        return
      }
      this.#entries.delete(older)
    }
    const entry = { message, isFixed: false, isEvent: false }
    this.#entries.add(entry)
    this.#newest.set(message.topic, entry)
  }

  /** Once or not at all. */
  add(message: Message): void {
    this.#entries.add({ message, isFixed: true, isEvent: false })
  }

  /** Once or not at all, and not before what was said below the same topic; of too many the oldest is given up. */
  addEvent(message: Message): void {
    for (const entry of this.#newest.values()) if (areOfOneThing(entry.message, message)) entry.isFixed = true
    this.#entries.add({ message, isFixed: true, isEvent: true })
    this.#events += 1
    if (this.#events > mostEvents) this.#giveUpOldestEvent()
  }

  /** Takes out the first. */
  shift(): Message | undefined {
    const [first] = this.#entries
    if (first !== undefined) this.#remove(first)
    return first?.message
  }

  /** Gives up all. */
  clear(): void {
    const all = [...this.#entries]
    this.#entries.clear()
    this.#newest.clear()
    this.#events = 0
    for (const { message } of all) message.settled?.()
  }

  /** What stood there for its sake alone is given up too. */
  #giveUpOldestEvent(): void {
    const before: Entry[] = []
    for (const entry of this.#entries) {
      if (!entry.isEvent) {
        before.push(entry)
        continue
      }
      const { message } = entry
      for (const each of before)
        if (each.message.retain && areOfOneThing(each.message, message) && !this.#isNewest(each))
          this.#giveUp(each)
      this.#giveUp(entry)
      this.#options.eventGivenUp(message.topic)
      return
    }
  }

  #isNewest(entry: Entry): boolean {
    return this.#newest.get(entry.message.topic) === entry
  }

  #giveUp(entry: Entry): void {
    this.#remove(entry)
    entry.message.settled?.()
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry)
    if (this.#isNewest(entry)) this.#newest.delete(entry.message.topic)
    if (entry.isEvent) this.#events -= 1
  }
}

/** Whether both are about the same player, or the same stream. */
function areOfOneThing(one: Message, other: Message): boolean {
  return parentOf(one.topic) === parentOf(other.topic)
}

function parentOf(topic: string): string {
  return topic.slice(0, topic.lastIndexOf('/'))
}
