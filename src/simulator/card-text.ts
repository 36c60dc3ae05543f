import { applyEdits, modify } from 'jsonc-parser'
import type { JsonObject } from '../core/json.ts'

const simulatedUser = 'auth0|simulated-family'

/** What the service makes of its own accord for a card that does not have it (yoto-protocol §2.6). */
export function withServerFields<Card extends JsonObject>(card: Card): Card {
  return {
    userId: simulatedUser,
    ...card,
    sortkey: card.sortkey ?? slugOf(card),
    slug: card.slug ?? slugOf(card),
  }
}

/** The text that was sent, with those fields of the card that are not as they were sent; all else stays byte for byte. */
export function textWith(text: string, { sent, card }: { sent: JsonObject; card: JsonObject }): string {
  const fields = Object.entries(card).filter(([name, value]) => sent[name] !== value)
  const edited = fields
    .filter(([name]) => name in sent)
    .reduce((each, [name, value]) => applyEdits(each, modify(each, [name], value, {})), text)
  const added = fields.filter(([name]) => !(name in sent))
  const end = edited.lastIndexOf('}')
  const more = added.map(([name, value]) => `,${JSON.stringify(name)}:${JSON.stringify(value)}`).join('')
  return edited.slice(0, end) + more + edited.slice(end)
}

function slugOf(card: JsonObject): string {
  return String(card.title)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
}
