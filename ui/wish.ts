import { segment } from './path.ts'

/** What somebody before the panel wants; elements fire it, the panel asks the product for it. */
export type Wish =
  | { readonly kind: 'play' | 'pause' | 'next' | 'previous'; readonly player: string }
  | { readonly kind: 'volume'; readonly player: string; readonly step: number }
  | { readonly kind: 'append'; readonly stream: string; readonly files: readonly string[] }
  | { readonly kind: 'remove'; readonly stream: string; readonly place: number }
  | { readonly kind: 'move'; readonly stream: string; readonly from: number; readonly to: number }
  | { readonly kind: 'rename'; readonly stream: string; readonly title: string }
  | { readonly kind: 'open'; readonly stream: string }
  | { readonly kind: 'stays'; readonly stream: string; readonly stays: boolean }
  | { readonly kind: 'insert'; readonly player: string; readonly card: string }
  | { readonly kind: 'take-out'; readonly player: string }
  | { readonly kind: 'press'; readonly player: string; readonly button: 'left' | 'right' }
  | {
      readonly kind: 'turn'
      readonly player: string
      readonly knob: 'left' | 'right'
      readonly steps: number
    }
  | { readonly kind: 'power'; readonly player: string; readonly on: boolean }

export interface WishRequest {
  readonly method: 'POST' | 'PUT' | 'DELETE'
  /** Below `api/`. */
  readonly path: string
  readonly body?: object
}

/** The call of the REST interface that a wish is. */
export function requestFor(wish: Wish): WishRequest {
  switch (wish.kind) {
    case 'play':
    case 'pause':
    case 'next':
    case 'previous':
      return { method: 'POST', path: `players/${segment(wish.player)}/${wish.kind}` }
    case 'volume':
      return { method: 'POST', path: `players/${segment(wish.player)}/volume`, body: { step: wish.step } }
    case 'append':
      return { method: 'POST', path: `streams/${segment(wish.stream)}/queue`, body: { files: wish.files } }
    case 'remove':
      return { method: 'DELETE', path: `streams/${segment(wish.stream)}/queue/${wish.place}` }
    case 'move':
      return {
        method: 'PUT',
        path: `streams/${segment(wish.stream)}/queue/reorder`,
        body: { old_index: wish.from, new_index: wish.to },
      }
    case 'rename':
      return { method: 'PUT', path: `streams/${segment(wish.stream)}`, body: { title: wish.title } }
    case 'open':
      return { method: 'PUT', path: `streams/${segment(wish.stream)}`, body: { closed: false } }
    case 'stays':
      return { method: 'PUT', path: `streams/${segment(wish.stream)}`, body: { stays: wish.stays } }
    case 'insert':
      return hands(wish.player, 'insert', { card_id: wish.card })
    case 'take-out':
      return hands(wish.player, 'remove')
    case 'press':
      return hands(wish.player, 'press', { button: wish.button })
    case 'turn':
      return hands(wish.player, 'turn', { knob: wish.knob, steps: wish.steps })
    case 'power':
      return hands(wish.player, 'power', { on: wish.on })
  }
}

/** Tells the elements above; the topmost one sees to it. */
export function fire(element: EventTarget, wish: Wish): void {
  element.dispatchEvent(new CustomEvent<Wish>('wish', { detail: wish, bubbles: true, composed: true }))
}

function hands(player: string, act: string, body?: object): WishRequest {
  const path = `simulator/players/${segment(player)}/${act}`
  return { method: 'POST', path, ...(body === undefined ? {} : { body }) }
}
