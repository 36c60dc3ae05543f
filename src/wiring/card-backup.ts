import { AppError, messageOf } from '../core/error.ts'
import type { KeptFile } from '../http/api/card-documents.ts'

interface Backup {
  /** The document of a card. */
  readonly read: (cardId: string) => Promise<string>
  readonly signal: AbortSignal
}

// One odd card must not hide the others; a Yoto that is away is not asked for each card there is.
const mostFailuresInARow = 3

/**
 * The documents of cards as files, one after the other, and behind them what is wrong with the others in `problems.txt`:
 * each card is in one or the other. Ends early where nobody wants them any more.
 */
export async function* backupOf(
  cards: readonly { readonly cardId: string; readonly title: string }[],
  { read, signal }: Backup,
): AsyncGenerator<KeptFile> {
  const problems: string[] = []
  let failuresInARow = 0
  for (const [cardId, title] of new Map(cards.map((card) => [card.cardId, card.title]))) {
    if (signal.aborted) return
    const missing = (why: string) => problems.push(`card "${title}" (${cardId}): ${why}`)
    if (failuresInARow >= mostFailuresInARow) {
      missing('was not asked for any more, as Yoto could not be reached')
      continue
    }
    try {
      const text = await read(cardId)
      failuresInARow = 0
      yield { name: `${cardId}.json`, text }
    } catch (error) {
      missing(messageOf(error))
      const isAway = error instanceof AppError && error.code === 'unavailable'
      failuresInARow = isAway ? failuresInARow + 1 : 0
    }
  }
  if (problems.length > 0)
    yield {
      name: 'problems.txt',
      text: `These cards are missing in this back-up:\n\n${problems.join('\n')}\n`,
    }
}
