/** How a text stands in a queue that a voice is to say: `say:Good night, Mia`. */
const prefix = 'say:'

/** As many characters as one may have there: queues are told whole to those who listen. */
export const mostSaid = 500

export function spokenItem(text: string): string {
  return `${prefix}${text}`
}

/** The text that such an item is to say; null for any other item. */
export function textOfItem(item: string): string | null {
  return item.startsWith(prefix) ? item.slice(prefix.length) : null
}
