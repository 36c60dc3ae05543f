import { becauseText, entryWords, type Teller, whyNotText } from './entry-words.ts'
import type { Entry } from './history.ts'
import type { TextKey } from './text-keys.ts'

type Fact = readonly [label: string, value: string]

/** What only the machine needs, or what the line itself says. */
const unsaid: ReadonlySet<string> = new Set(['type', 'button', 'track_key'])

const labels: Readonly<Record<string, TextKey>> = {
  commanded: 'fact.commanded',
  card_id: 'fact.card',
  chapter_key: 'fact.place',
  place: 'fact.place',
  position_s: 'fact.position',
  confidence: 'fact.confidence',
  via: 'fact.via',
  because: 'fact.because',
  outcome: 'fact.outcome',
  reason: 'fact.reason',
  ms: 'fact.took',
  method: 'fact.method',
  listener: 'fact.listener',
  agent: 'fact.agent',
  status: 'fact.status',
  from_start: 'fact.from-start',
  bytes: 'fact.bytes',
  range: 'fact.range',
  item: 'fact.file',
  current: 'fact.file',
  items: 'fact.items',
  playlist: 'fact.playlist',
  closed: 'fact.closed',
  version: 'fact.version',
  account: 'fact.account',
}

/** Everything an entry tells, by name; what is not known is left out. `cause` is the entry it follows from. */
export function entryFacts(entry: Entry, cause: Entry | undefined, teller: Teller): Fact[] {
  const { say } = teller
  const { player, stream, what } = entry
  return [
    [say('fact.time'), timeText(entry.at, say.locale)],
    ...(player === null ? [] : [[say('fact.player'), teller.player(player)] as const]),
    ...(stream === null ? [] : [[say('fact.stream'), stream] as const]),
    ...(cause === undefined ? [] : [[say('fact.cause'), entryWords(cause, teller)] as const]),
    ...factsIn('asked' in what ? { ...what, reason: whyNotText(what, say), fault: null } : what, teller),
  ]
}

function factsIn(what: object, teller: Teller): Fact[] {
  return Object.entries(what).flatMap(([name, value]): Fact[] => {
    if (value === null || value === '' || unsaid.has(name)) return []
    if (typeof value === 'object') return factsIn(value, teller)
    const label = Object.hasOwn(labels, name) ? labels[name] : undefined
    return [
      [label === undefined ? name.replaceAll('_', ' ') : teller.say(label), valueText(name, value, teller)],
    ]
  })
}

function valueText(name: string, value: unknown, { say, card, file }: Teller): string {
  if (typeof value === 'boolean') return say(value ? 'fact.yes' : 'fact.no')
  const text = String(value)
  const number = new Intl.NumberFormat(say.locale, { maximumFractionDigits: 1 })
  switch (name) {
    case 'card_id':
      return card(text)
    case 'item':
    case 'current':
      return file(text)
    case 'because':
      return becauseText(text, say)
    case 'confidence':
      return new Intl.NumberFormat(say.locale, { style: 'percent' }).format(Number(value))
    case 'ms':
      return `${number.format(Number(value) / 1000)} s`
    case 'position_s':
      return `${number.format(Number(value))} s`
    case 'bytes':
      return number.format(Number(value))
    default:
      return text
  }
}

function timeText(iso: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'medium' }).format(Date.parse(iso))
}
