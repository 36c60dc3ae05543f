import { didYouMean, homeAssistantWords, homeAssistantWordsWithin } from './names.ts'
import { list, quote } from './wording.ts'

interface UnknownKey {
  readonly code: 'key/unknown' | 'key/ha-word'
  readonly message: string
  readonly help?: string
  /** The key that was probably meant. */
  readonly meant: string | null
}

/** What to say about a key that is not known here. `where` names the place: `` action `queue` ``. */
export function unknownKey(key: { name: string; allowed: readonly string[]; where: string }): UnknownKey {
  const { name, allowed, where } = key
  const meant = didYouMean(name, allowed)
  const within = homeAssistantWordsWithin.get(name)
  const isHere = (word: string) => within?.includes(`\`${word}\``)
  const ours = homeAssistantWords.get(name) ?? (allowed.some(isHere) ? within : undefined)
  const oursHere = ours === undefined ? undefined : allowed.find((word) => ours.includes(`\`${word}\``))
  if (ours !== undefined && (oursHere !== undefined || meant === null)) {
    const message = `Home Assistant calls this \`${name}\`; here it is ${ours}`
    const known = { code: 'key/ha-word', message, meant: oursHere ?? null } as const
    return oursHere === undefined ? { ...known, help: `allowed in ${where}: ${list(allowed)}` } : known
  }
  const hint = meant === null ? '' : ` - did you mean ${quote(meant)}?`
  const message = `unknown key ${quote(name)} in ${where}${hint} (allowed: ${list(allowed)})`
  return { code: 'key/unknown', message, meant }
}
