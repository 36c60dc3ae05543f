import { hash } from 'node:crypto'
import type { Clock } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { isJsonObject } from '../core/json.ts'
import type { Scene, Story } from '../core/story.ts'
import type { Declaration } from '../core/value-form.ts'
import { type CompiledStory, compiled } from './compiled.ts'

/** A story as the store keeps it: lists of entries in place of maps. */
export interface StoredStory {
  readonly story: unknown
  /** When somebody needed it last, in ms. */
  readonly used_ms: number
}

// A player may hold on to a card as it was.
const keptMs = 60 * 24 * 3_600_000
const touchedAgainMs = 24 * 3_600_000

/**
 * The versions of stories that somebody may be in the middle of, or that cards were made of. Who is in a story finishes
 * the version that was begun, whatever was written since.
 */
export class StoryVersions {
  readonly #records: Collection<StoredStory>
  readonly #clock: Clock
  readonly #byVersion = new Map<string, { readonly compiled: CompiledStory; usedMs: number }>()
  readonly #versionOf = new WeakMap<Story, string>()

  /** `records`: by version. */
  constructor(records: Collection<StoredStory>, { clock }: { readonly clock: Clock }) {
    this.#records = records
    this.#clock = clock
  }

  /** Reads what earlier runs kept. Rejects as the store does. */
  async start(): Promise<void> {
    for (const [version, { story, used_ms }] of await this.#records.entries()) {
      const read = storyIn(story)
      if (read === null || versionOf(read) !== version) await this.#records.delete(version)
      else this.#byVersion.set(version, { compiled: compiled(read), usedMs: used_ms })
    }
  }

  /** Drops what nobody has needed for two months, but for what is needed now. Rejects as the store does. */
  async tidy(needed: ReadonlySet<string>): Promise<void> {
    for (const [version, { usedMs }] of [...this.#byVersion]) {
      if (needed.has(version) || this.#nowMs - usedMs <= keptMs) continue
      await this.#records.delete(version)
      this.#byVersion.delete(version)
    }
  }

  /** Tells one version of a story from the next: the same for the same story. */
  of(story: Story): string {
    const known = this.#versionOf.get(story) ?? versionOf(story)
    this.#versionOf.set(story, known)
    return known
  }

  /** Undefined for one that was never kept, or too long ago. */
  get(version: string): CompiledStory | undefined {
    return this.#byVersion.get(version)?.compiled
  }

  /** The version that begins like this; undefined where none does. */
  startingWith(beginning: string): string | undefined {
    return [...this.#byVersion.keys()].find((version) => version.startsWith(beginning))
  }

  /** Those of the story of that name, the one that was needed last first. */
  versionsOf(story: string): readonly string[] {
    return [...this.#byVersion]
      .filter(([, kept]) => kept.compiled.story.id === story)
      .sort(([, one], [, other]) => other.usedMs - one.usedMs)
      .map(([version]) => version)
  }

  /** Keeps the story as it is; it is in the store when it resolves. Rejects as the store does. */
  async keep(story: Story): Promise<string> {
    const version = this.of(story)
    const kept = this.#byVersion.get(version)
    if (kept === undefined || this.#nowMs - kept.usedMs >= touchedAgainMs)
      await this.#set(version, kept?.compiled ?? compiled(story))
    return version
  }

  /** Somebody needs the version still, from now on for as long as it is kept. Rejects as the store does. */
  async touch(version: string): Promise<void> {
    const kept = this.#byVersion.get(version)
    if (kept !== undefined) await this.#set(version, kept.compiled)
  }

  async #set(version: string, compiledStory: CompiledStory): Promise<void> {
    const usedMs = this.#nowMs
    await this.#records.set(version, { story: plainOf(compiledStory.story), used_ms: usedMs })
    this.#byVersion.set(version, { compiled: compiledStory, usedMs })
  }

  get #nowMs(): number {
    return this.#clock.now().getTime()
  }
}

function versionOf(story: Story): string {
  return hash('sha256', JSON.stringify(plainOf(story)), 'hex').slice(0, versionDigits)
}

const versionDigits = 32

function plainOf({ scenes, vars, ...story }: Story): PlainStory {
  return { ...story, scenes: [...scenes.values()], vars: [...vars.values()] }
}

type PlainStory = Omit<Story, 'scenes' | 'vars'> & {
  readonly scenes: readonly Scene[]
  readonly vars: readonly Declaration[]
}

/** What was written by this very function; whether it really was, its version tells. */
function storyIn(value: unknown): Story | null {
  if (!isJsonObject(value) || !Array.isArray(value.scenes) || !Array.isArray(value.vars)) return null
  const { scenes, vars, ...story } = value as unknown as PlainStory
  return { ...story, scenes: byId(scenes), vars: byId(vars) }
}

function byId<Part extends { readonly id: string }>(parts: readonly Part[]): ReadonlyMap<string, Part> {
  return new Map(parts.map((part) => [part.id, part]))
}
