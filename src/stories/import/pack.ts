import type { Setting } from '../../core/story.ts'
import type { DraftVar, Loss } from './draft.ts'

/**
 * A story for boxes with a wheel and an OK button, as STUdio and Telmi keep it: stages are heard, and an action is a list
 * of stages among which the wheel chooses.
 */
export interface Pack {
  readonly title: string
  /** Where it begins. */
  readonly start: Transition
  readonly stages: ReadonlyMap<string, PackStage>
  /** In the order of the wheel; null for an option that leads nowhere, so that the others keep their numbers. */
  readonly actions: ReadonlyMap<string, readonly (PackOption | null)[]>
  readonly vars: readonly DraftVar[]
  readonly losses: readonly Loss[]
}

export interface PackStage {
  readonly id: string
  /** As it is called where it has a name of its own. */
  readonly name: string
  /** Of what was read, from 1. */
  readonly line: number
  /** The name of its audio file; null where it is silent. */
  readonly audio: string | null
  /** Where OK leads, and the end of its audio where it goes on by itself; null where it ends there. */
  readonly ok: Transition | null
  readonly home: Transition | null
  readonly control: PackControl
  /** What it sets as it begins: each step sets a var once. */
  readonly sets: readonly (readonly Setting[])[]
  /** The story begins with it: on the box OK starts it. */
  readonly isCover: boolean
}

/** What can be done while a stage is heard. */
export interface PackControl {
  /** The wheel goes on to the other options of the action that led here. */
  readonly wheel: boolean
  readonly ok: boolean
  readonly home: boolean
  readonly pause: boolean
  /** It goes on by itself at its end. */
  readonly autoplay: boolean
}

/** `index`: which of its options, from 0; by chance; or the number that a var holds. */
export interface Transition {
  readonly action: string
  readonly index: number | 'random' | { readonly var: string }
}

export interface PackOption {
  readonly stage: string
  /** A condition about the vars: where it does not hold, the option is passed over. Null where there is none. */
  readonly if: string | null
}

/** The audio that packs may name, as the library takes it. */
const audioEnding = /\.(mp3|wav|m4a|m4b|mp4|aac|ogg|oga|opus|flac|aiff?)$/i

/** Whether that is the name of one audio file in a folder, and nothing that leads anywhere else. */
export function isAssetName(name: string): boolean {
  return (
    name.length <= longestAssetName &&
    !/[\\/\p{C}{}:?#%*"<>|]|^[. ]|[. ]$/u.test(name) &&
    audioEnding.test(name)
  )
}

// File systems have 255 bytes for a name.
const longestAssetName = 120
