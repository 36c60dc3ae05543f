import { distance } from 'fastest-levenshtein'

// No word of the language comes near; beyond this a comparison only costs time.
const longestWord = 64

/**
 * The known word that was probably meant: the same but for capitals, else the nearest with at most two
 * changed letters that are no more than a third of it; of two such the one with the same first letter. Two letters
 * swapped count as one change.
 */
export function didYouMean(word: string, known: Iterable<string>): string | null {
  if (word.length > longestWord) return null
  const lower = word.toLowerCase()
  let best: { word: string; changes: number } | null = null
  const isAlike = (one: string) => one.slice(0, 1).toLowerCase() === lower.slice(0, 1)
  // Of two as near the one that begins alike: people seldom mistake the first letter.
  const isLiker = (one: string, other: string) => isAlike(one) && !isAlike(other)
  for (const candidate of known) {
    const changes = changesBetween(lower, candidate.toLowerCase())
    if (changes === 0) return candidate
    const longer = Math.max(word.length, candidate.length)
    if (changes > 2 || changes * 3 > longer) continue
    if (
      best === null ||
      changes < best.changes ||
      (changes === best.changes && isLiker(candidate, best.word))
    )
      best = { word: candidate, changes }
  }
  return best?.word ?? null
}

/** Home Assistant's words, and what stands for them here, ready for a sentence. */
export const homeAssistantWords: ReadonlyMap<string, string> = new Map([
  ['triggers', '`when`'],
  ['trigger', '`when`'],
  ['platform', 'the name of the kind itself, as in `time: …`'],
  ['conditions', '`if`'],
  ['condition', '`if`'],
  ['actions', '`do`'],
  ['action', '`do`'],
  ['service', 'the name of the action itself, as in `volume: …`'],
  ['alias', '`name`'],
  ['sequence', '`do`'],
  ['default', '`else`'],
  ['delay', '`wait`'],
  ['wait_for_trigger', '`wait_for`'],
  ['wait_template', '`wait_for`, which takes a trigger'],
  ['continue_on_timeout', '`on_timeout`, with stop or continue behind it'],
  ['continue_on_error', '`on_error`, with continue behind it'],
  ['entity_id', '`player` or `stream`'],
  ['target', '`player`'],
])

/** More of them, which mean what is said here only where one of our words for it may stand. */
export const homeAssistantWordsWithin: ReadonlyMap<string, string> = new Map([
  ['count', '`times`'],
  ['until', '`while`, with `not` before what ends it'],
  ['for_each', '`do`, with the actions written out for each'],
])

function changesBetween(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > 2) return Number.POSITIVE_INFINITY
  return isSwapped(one, other) ? 1 : distance(one, other)
}

function isSwapped(one: string, other: string): boolean {
  if (one.length !== other.length || one === other) return false
  let at = 0
  while (one[at] === other[at]) at += 1
  return one[at] === other[at + 1] && one[at + 1] === other[at] && one.slice(at + 2) === other.slice(at + 2)
}
