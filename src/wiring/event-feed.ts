import type { EventSource, RuleEvent } from '../rules/plugin.ts'

/** Where rules hear from that has to be asked for what they listen to, as what is beyond the product. */
export interface EventFeed {
  readonly source: EventSource
  /** Somebody begins to listen to events with these fields; returns what ends it. */
  listen(match: Readonly<Record<string, string>>): () => void
  /** Hands events on from now on; rules of the start of the product listen by then. Returns what ends it. */
  start(happened: (event: RuleEvent) => void): () => void
}
