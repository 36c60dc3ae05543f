import { heldIn, type Values } from '../../language/expression/environment.ts'
import { didYouMean } from '../../language/names.ts'
import { list, quote } from '../../language/wording.ts'
import { valuesFor } from '../names.ts'
import type { DryHouse, Records } from './house.ts'
import type { Expectation, RuleTest } from './rule-test.ts'

interface Seen {
  readonly house: DryHouse
  /** What happened since the expectations before these. */
  readonly records: Records
  readonly test: RuleTest
}

/** What was expected and what was instead, for people; null where it is as expected. */
export function unmet(expectation: Expectation, seen: Seen): string | null {
  switch (expectation.kind) {
    case 'ran':
      return notRun(expectation.rules, seen)
    case 'did_not_run': {
      const { ran } = seen.records
      const rule = expectation.rules.find((id) => ran.some((run) => run.rule === id))
      return rule === undefined ? null : `expected rule "${rule}" not to run, and it ran`
    }
    case 'value':
      return otherValue(expectation, seen)
    case 'published':
      return notPublished(expectation, seen)
    case 'called':
      return notCalled(expectation, seen)
    case 'requested':
      return notRequested(expectation, seen)
    case 'log': {
      const logged = seen.records.effects.flatMap(({ effect }) =>
        effect.kind === 'log' ? [effect.message] : [],
      )
      if (logged.some((message) => message.includes(expectation.text))) return null
      return `expected ${quote(expectation.text)} in the log, ${thereWas(logged)}`
    }
  }
}

function notRun(rules: readonly string[], { records }: Seen): string | null {
  const missing = rules.find((id) => !records.ran.some((run) => run.rule === id))
  if (missing === undefined) return null
  const last = records.didNotRun.findLast(({ rule }) => rule === missing)
  const others = [...new Set(records.ran.map(({ rule }) => rule))]
  const instead = others.length === 0 ? 'no rule ran' : `these ran: ${list(others)}`
  return `expected rule "${missing}" to run, ${last === undefined ? instead : `but it did not run: ${last.why}`}`
}

function otherValue(
  { group, name, want }: Extract<Expectation, { kind: 'value' }>,
  { house, test }: Seen,
): string | null {
  const holder = heldIn(valuesIn(house, test), group)
  const value = typeof holder === 'object' && holder !== null ? (holder[name] ?? null) : null
  if (value === want) return null
  const was = value === null ? 'is not known' : `was ${shown(value)}`
  return `expected ${group}.${name} ${shown(want)}, ${was}`
}

/** What the names of expressions stand for, with the player and the stream of the test. */
function valuesIn(house: DryHouse, { player, stream }: RuleTest): Values {
  const rule = { id: '', place: '', enabled: true, player, stream, when: [], if: [], do: [] }
  const values = valuesFor({ rule, data: {} }, house.world)
  const instead = stream === null ? null : house.heardInstead(stream)
  const own = heldIn(values, 'stream')
  return instead === null || typeof own !== 'object' || own === null
    ? values
    : { ...values, stream: { ...own, now_playing: instead } }
}

function notPublished(
  { topic, payload }: Extract<Expectation, { kind: 'published' }>,
  { records }: Seen,
): string | null {
  const messages = records.effects.flatMap(({ effect }) => (effect.kind === 'publish' ? [effect] : []))
  const there = messages.filter((message) => message.topic === topic)
  if (there.some((message) => payload === null || message.payload === payload)) return null
  const expected = `expected a message to ${quote(topic)}${payload === null ? '' : ` saying ${quote(payload)}`}`
  if (there.length > 0) return `${expected}, ${thereWas(there.map((message) => message.payload))}`
  const near = didYouMean(topic, new Set(messages.map((message) => message.topic)))
  return `${expected}, and none came${near === null ? '' : `; one came to ${quote(near)}`}`
}

function notCalled(
  { action, entity }: Extract<Expectation, { kind: 'called' }>,
  { records }: Seen,
): string | null {
  const calls = records.effects.flatMap(({ effect }) => (effect.kind === 'ha' ? [effect] : []))
  const about = (call: (typeof calls)[number]) =>
    [call.target.entity_id ?? call.data.entity_id ?? []].flat().map(String)
  const there = calls.filter((call) => call.action === action)
  if (there.some((call) => entity === null || about(call).includes(entity))) return null
  const expected = `expected ${quote(action)} of Home Assistant to be called${entity === null ? '' : ` for ${entity}`}`
  if (there.length > 0) return `${expected}, and it was called for ${list(there.flatMap(about))}`
  return `${expected}, ${thereWas(calls.map((call) => call.action))}`
}

function notRequested(
  { url, body }: Extract<Expectation, { kind: 'requested' }>,
  { records }: Seen,
): string | null {
  const calls = records.effects.flatMap(({ effect }) => (effect.kind === 'webhook' ? [effect] : []))
  const there = calls.filter((call) => call.url === url)
  if (there.some((call) => body === null || call.body === body)) return null
  const expected = `expected ${quote(url)} to be called${body === null ? '' : ` with ${quote(body)}`}`
  if (there.length > 0) return `${expected}, ${thereWas(there.map((call) => call.body ?? ''))}`
  const near = didYouMean(url, new Set(calls.map((call) => call.url)))
  return `${expected}, and it was not${near === null ? '' : `; ${quote(near)} was`}`
}

function thereWas(texts: readonly string[]): string {
  return texts.length === 0 ? 'there was nothing' : `there was ${list(texts.map(quote))}`
}

function shown(value: unknown): string {
  return value === '' ? 'nothing' : String(value)
}
