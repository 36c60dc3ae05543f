import type { KidView } from './access.ts'
import { ask } from './request.ts'

export type KidAct = 'play' | 'pause' | 'next' | 'previous'

export function fetchKid(): Promise<KidView> {
  return ask('GET', 'kid')
}

/** With a card, `play` plays that card from its beginning. */
export async function kidAsks(act: KidAct, target: { player: string; card_id?: string }): Promise<void> {
  await ask('POST', `kid/${act}`, target)
}
