import type { Static } from 'typebox'
import type { Way } from '../../core/story.ts'
import { durationMs } from '../../language/duration.ts'
import type { Node } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import type { sceneSchema } from './schema.ts'

/** What a story does at every question that does not say otherwise. */
export interface Defaults {
  readonly waitMs: number
  readonly askAgain: number
  readonly hearOut: boolean
  /** Where it goes on without an answer; undefined where nothing is said of it, null after errors. */
  readonly silence: Way | null | undefined
  /** Where that stands. */
  readonly silenceAt: Node
}

/** A way as it is written: the name of a scene, or with what is set. */
export type WrittenWay = { readonly go: string; readonly set?: unknown }

type WrittenSilence = NonNullable<Static<typeof sceneSchema>['silence']>

/** How long is waited and how often is asked, where it says so. */
export function timesIn(
  silence: WrittenSilence | undefined,
  { waitMs, askAgain }: Pick<Defaults, 'waitMs' | 'askAgain'>,
): Pick<Defaults, 'waitMs' | 'askAgain'> {
  if (silence === undefined || typeof silence === 'string') return { waitMs, askAgain }
  const { wait, ask_again } = silence
  return { waitMs: wait === undefined ? waitMs : durationMs(wait), askAgain: ask_again ?? askAgain }
}

/** What is set on a way needs the way: else nobody would ever set it. Where it has none, that is reported. */
export function isLed(
  silence: WrittenSilence | undefined,
  node: Node,
  { report }: { readonly report: Report },
): boolean {
  if (typeof silence !== 'object' || silence.set === undefined || silence.go !== undefined) return true
  const key = node.kind === 'map' ? node.entries.get('set')?.key : undefined
  const message = '`silence` sets something on its way and leads nowhere: it needs `go`, the name of a scene'
  report.add(key ?? node, 'error', 'key/missing', message)
  return false
}

/** Where it leads; null where it does not say. */
export function wayIn(silence: WrittenSilence | undefined): WrittenWay | null {
  if (silence === undefined) return null
  if (typeof silence === 'string') return { go: silence }
  const { go, set } = silence
  return go === undefined ? null : { go, ...(set === undefined ? {} : { set }) }
}
