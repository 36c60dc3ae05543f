import { topicMatches } from '../broker/topic-filter.ts'
import type { RuleEvent } from '../rules/plugin.ts'
import type { RuleSources } from './rule-sources.ts'

type Happened = (event: RuleEvent) => void

/** Home Assistant, the local broker and callers of webhooks, as the rules of a house that is tried dry hear of them. */
export class DrySurroundings {
  /** By entity: its state, where it was told. */
  readonly #states = new Map<string, string>()
  /** Who hears of these entities, what is said under these filters, and calls of these webhooks. */
  readonly #watched = new Map<string, Happened>()
  readonly #topics = new Map<string, Happened>()
  readonly #webhooks = new Map<string, Happened>()

  /** How rules listen to all this. */
  readonly sources: RuleSources = {
    mqtt: ({ topic = '' }, happened) => kept(this.#topics, topic, happened),
    webhook: ({ key = '' }, happened) => kept(this.#webhooks, key, happened),
    ha: ({ entity }, happened) =>
      entity === undefined ? () => undefined : kept(this.#watched, entity, happened),
  }

  /** Entities go to these states at that moment, one after the other. */
  entities(states: ReadonlyMap<string, string>, at: Date): void {
    for (const [entity, to] of states) {
      // What was before is nothing that anybody knows, and still something else.
      const from = this.#states.get(entity) ?? ''
      this.#states.set(entity, to)
      if (from === to) continue
      this.#watched.get(entity)?.({ type: 'ha', from, to, attributes: {}, since_ms: at.getTime() })
    }
  }

  /** As it was told; null where it was not, or is not known. */
  stateOf(entity: string): string | null {
    const state = this.#states.get(entity) ?? null
    return state === 'unknown' || state === 'unavailable' ? null : state
  }

  /** A broker brings what rules say back to those that listen, a moment later. */
  said(topic: string, payload: string): void {
    for (const [filter, happened] of this.#topics)
      if (topicMatches(filter, topic)) queueMicrotask(() => happened({ name: topic, payload }))
  }

  called(webhook: string, body: string): void {
    this.#webhooks.get(webhook)?.({ body })
  }
}

/** Keeps it there until the returned function is called. */
function kept<What>(all: Map<string, What>, name: string, what: What): () => void {
  all.set(name, what)
  return () => all.delete(name)
}
