import type { Button } from '../../core/event.ts'
import type { PlayerPatch } from '../../core/player.ts'
import type { PlainValue } from '../../core/value-form.ts'
import type { Value } from '../../language/expression/environment.ts'
import type { Span } from '../../language/node.ts'
import type { CardIn, PlayingChange, Stage } from './house.ts'
import type { StoryTold } from './story-told.ts'

/** A test that somebody wrote beside the rules, checked and ready to run. */
export interface RuleTest extends Stage {
  readonly id: string
  readonly file: string
  /** Of its id. */
  readonly span: Span
  /** The stream and the player that its expectations speak of; null where none can be meant. */
  readonly stream: string | null
  readonly player: string | null
  readonly steps: readonly TestStep[]
}

export type TestStep = {
  /** From 1, as people count them. */
  readonly number: number
  readonly span: Span
} & (Deed | { readonly kind: 'expect'; readonly expectations: readonly Expectation[] })

export type Deed =
  | { readonly kind: 'advance'; readonly ms: number }
  | { readonly kind: 'press'; readonly player: string; readonly button: Button }
  | { readonly kind: 'insert'; readonly player: string; readonly card: NonNullable<CardIn> }
  | { readonly kind: 'remove'; readonly player: string }
  | { readonly kind: 'playing'; readonly player: string; readonly change: PlayingChange }
  | { readonly kind: 'player'; readonly player: string; readonly patch: PlayerPatch }
  | { readonly kind: 'input'; readonly values: ReadonlyMap<string, PlainValue> }
  /** By entity of Home Assistant: its new state. */
  | { readonly kind: 'ha'; readonly states: ReadonlyMap<string, string> }
  | { readonly kind: 'mqtt'; readonly topic: string; readonly payload: string }
  | { readonly kind: 'webhook'; readonly name: string; readonly body: string }
  /** `player`: null where nobody is known to hear it. */
  | { readonly kind: 'story'; readonly player: string | null; readonly told: StoryTold }

export type Expectation = { readonly span: Span } & (
  | { readonly kind: 'ran' | 'did_not_run'; readonly rules: readonly string[] }
  | { readonly kind: 'value'; readonly group: string; readonly name: string; readonly want: Value }
  | { readonly kind: 'published'; readonly topic: string; readonly payload: string | null }
  /** `action`: of Home Assistant. `entity`: one that it has to be about; null: any. */
  | { readonly kind: 'called'; readonly action: string; readonly entity: string | null }
  | { readonly kind: 'requested'; readonly url: string; readonly body: string | null }
  | { readonly kind: 'log'; readonly text: string }
)
