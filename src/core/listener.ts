/**
 * The names of who asks for a card's audio, the surest first: players send no id, so it is the player where that
 * can be told, and the address in any case. A card stays what it is when its key changes; a key without a card
 * stands for itself.
 */
export function listenerNames(asked: {
  readonly card_id: string | null
  readonly key: string
  readonly player: string | null
  readonly address: string
}): [string, ...string[]] {
  const { card_id, key, player, address } = asked
  const card = card_id ?? key
  const byAddress = `${card} address ${address}`
  return player === null ? [byAddress] : [playerName(card, player), byAddress]
}

/** The name of a player with a card in it. */
export function playerName(cardId: string, player: string): string {
  return `${cardId} player ${player}`
}
