import type { CardPlan } from '../core/card-plan.ts'
import { isJsonObject } from '../core/json.ts'

/** By it the card is known to people, and found again where Yoto's answer to its making was lost. */
export const testCardTitle = 'Yoto Smart Stream: test'

/** A card of one track. */
export function testCardPlan(url: string): CardPlan {
  const track = { key: '01', title: testCardTitle, url }
  return { title: testCardTitle, chapters: [{ key: '01', title: testCardTitle, tracks: [track] }] }
}

/** A test card as the store keeps it until it is deleted. */
export interface StoredTestCard {
  readonly key: string
  /** Null until Yoto has said it. */
  readonly card_id: string | null
  readonly created_at: string
}

/** Null for what is none. */
export function storedTestCardIn(value: unknown): StoredTestCard | null {
  if (!isJsonObject(value)) return null
  const { key, card_id, created_at } = value
  if (typeof key !== 'string' || typeof created_at !== 'string') return null
  return card_id === null || typeof card_id === 'string' ? { key, card_id, created_at } : null
}
