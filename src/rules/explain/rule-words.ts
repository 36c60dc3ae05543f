import { durationInWords } from '../../language/duration.ts'
import type { RuleCondition } from '../condition.ts'
import type { Telling } from '../plugin.ts'
import type { Bound, Playlist, Rule } from '../rule-set.ts'
import type { ParallelStep, RepeatStep, Step, WaitForStep, Way } from '../step.ts'
import { inWords } from '../telling.ts'
import { expressionInWords } from './expression-words.ts'

/**
 * What a rule does as one sentence: "When the right button is pressed on a player of the stream bedroom, if it is
 * between 07:00 and 19:00, it puts the playlist forest into the stream bedroom, then …."
 */
export function ruleInWords(rule: Rule, playlists: ReadonlyMap<string, Playlist>): string {
  const telling = tellingOf(rule, playlists)
  const starts = rule.when.map((part) => partInWords(part, telling))
  const sentence = [
    starts.length === 0 ? 'Nothing starts it' : startsInWords(starts),
    ...(rule.if.length === 0 ? [] : [`if ${conditionsInWords(rule.if, telling)}`]),
    deedsInWords(rule.do, telling),
  ].join(', ')
  const whole = `${sentence}.${modeInWords(rule)}`
  return rule.enabled ? whole : `It is switched off (enabled: false). ${whole}`
}

/** What it does, in a line: 'writes "Off we go" into the log, if it is Saturday'. */
export function deedInShort(rule: Rule, playlists: ReadonlyMap<string, Playlist>): string {
  const telling = tellingOf(rule, playlists)
  const deeds = deedsInWords(rule.do, telling).replace(/^it /, '')
  if (rule.if.length === 0) return cutShort(deeds)
  return `${cutShort(deeds)}, if ${cutShort(conditionsInWords(rule.if, telling))}`
}

const longestInShort = 90

function cutShort(words: string): string {
  return words.length <= longestInShort ? words : `${words.slice(0, longestInShort).replace(/\s+\S*$/, '')} …`
}

/** What the rule is about, for its parts to be told by. */
export function tellingOf(
  { player, stream }: Pick<Rule, 'player' | 'stream'>,
  playlists: ReadonlyMap<string, Playlist>,
): Telling {
  return { player, stream, content: (name) => contentInWords(name, playlists) }
}

/** "When the right button is pressed", "Every minute", "Every 2 hours, or when the product has started". */
function startsInWords(starts: readonly string[]): string {
  const rounds = starts.filter(isRound)
  const moments = starts.filter((start) => !isRound(start))
  const when = moments.length === 0 ? [] : [`when ${inWords(moments, 'or')}`]
  const words = [...(rounds.length === 0 ? [] : [inWords(rounds, 'or')]), ...when].join(', or ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Whether it says how often, not what has to happen. */
export function isRound(start: string): boolean {
  return start.startsWith('every ')
}

/** What has to happen, behind "until": "the right button is pressed", "the clock comes round (every 5 minutes)". */
export function untilInWords(start: string): string {
  return isRound(start) ? `the clock comes round (${start})` : start
}

/** What becomes of a start while it still runs; nothing is said of `single`. */
function modeInWords({ mode = 'single', max }: Rule): string {
  const most = max === undefined ? '' : `, at most ${max} `
  switch (mode) {
    case 'single':
      return ''
    case 'restart':
      return ' Started again while it runs, it starts over.'
    case 'queued':
      return ` Started again while it runs, it runs once more afterwards${most === '' ? '' : `${most}in all`}.`
    case 'parallel':
      return ` Started again while it runs, it runs once more beside that${most === '' ? '' : `${most}at once`}.`
  }
}

/** A playlist or a file by its name. */
export function contentInWords(name: string, playlists: ReadonlyMap<string, Playlist>): string {
  return playlists.has(name) ? `the ${playlistInWords(name, playlists)}` : `the file ${name}`
}

/** "playlist morning", "playlist party (with what its source lists: the charts of the UK)". */
export function playlistInWords(name: string, playlists: ReadonlyMap<string, Playlist>): string {
  const { from, isSilent } = playlists.get(name) ?? {}
  if (isSilent === true) return `playlist ${name} (which brings nothing now)`
  return from === undefined
    ? `playlist ${name}`
    : `playlist ${name} (with what its source lists: ${from.words})`
}

interface Explained {
  readonly title: string
  explain?(options: never, telling: Telling): string
}

/** In the part's own words, else its title and its options; with what must hold for it alone. */
export function partInWords(part: Bound<Explained>, telling: Telling): string {
  const { definition, options, if: own = [] } = part
  const what = definition.explain?.(options as never, telling) ?? titleAndOptions(definition.title, options)
  return own.length === 0 ? what : `${what} (only if ${conditionsInWords(own, telling)})`
}

function stepInWords(step: Step, telling: Telling): string {
  const goesOn = step.onError === 'continue' ? ' (and goes on if that fails)' : ''
  if (step.does === 'act') return `${partInWords(step, telling)}${goesOn}`
  const { if: own = [] } = step
  const onlyIf = own.length === 0 ? '' : ` (only if ${conditionsInWords(own, telling)})`
  return `${grammarInWords(step, telling)}${onlyIf}${goesOn}`
}

function grammarInWords(step: Exclude<Step, { does: 'act' }>, telling: Telling): string {
  switch (step.does) {
    case 'choose':
      return choiceInWords(step.ways, telling)
    case 'wait':
      return `waits ${durationInWords(step.ms)}`
    case 'wait-for':
      return waitInWords(step, telling)
    case 'repeat':
      return `${roundsInWords(step, telling)} (${deedsInWords(step.do, telling)})`
    case 'parallel':
      return parallelInWords(step, telling)
    case 'stop':
      return step.because === null ? 'ends here' : `ends here ("${step.because}")`
  }
}

/** "waits until the right button is pressed on any player, for at most 5 minutes (else it ends)". */
function waitInWords({ when, timeoutMs, onTimeout }: WaitForStep, telling: Telling): string {
  const until = inWords(
    when.map((part) => untilInWords(partInWords(part, telling))),
    'or',
  )
  if (timeoutMs === null) return `waits until ${until}, for ever if need be`
  const late =
    onTimeout === 'stop'
      ? 'else it ends'
      : onTimeout.length === 0
        ? 'else it goes on all the same'
        : `else ${deedsInWords(onTimeout, telling)}`
  return `waits until ${until}, for at most ${durationInWords(timeoutMs)} (${late})`
}

function roundsInWords({ rounds, most }: RepeatStep, telling: Telling): string {
  if (typeof rounds === 'number') return rounds === 1 ? 'does this once' : `does this ${rounds} times`
  const holds = rounds.length === 0 ? 'always' : `as long as ${conditionsInWords(rounds, telling)}`
  return `does this again and again, ${holds}, at most ${most} times`
}

function parallelInWords({ ways }: ParallelStep, telling: Telling): string {
  return `does these at the same time (${ways.map((way) => deedsInWords(way, telling)).join('; ')})`
}

/** "does one of these (if the stream is closed, it …, then …; else it …)": within brackets, for one may stand in another. */
function choiceInWords(choices: readonly Way[], telling: Telling): string {
  const ways = choices.map(({ if: conditions, do: deeds }, index) => {
    const does = deedsInWords(deeds, telling)
    if (conditions === null) return `else ${does}`
    // What is switched off in a condition leaves one that always holds.
    const holds = conditions.length === 0 ? 'always' : `if ${conditionsInWords(conditions, telling)}`
    return `${index === 0 ? '' : 'else '}${holds}, ${does}`
  })
  const what = ways.length === 1 ? 'does this in one case only' : 'does one of these'
  return `${what} (${ways.join('; ')})`
}

function deedsInWords(deeds: readonly Step[], telling: Telling): string {
  if (deeds.length === 0) return 'it does nothing'
  return `it ${deeds.map((step) => stepInWords(step, telling)).join(', then ')}`
}

/** All of them in one sentence. */
export function conditionsInWords(conditions: readonly RuleCondition[], telling: Telling): string {
  return conditions.map((condition) => conditionInWords(condition, telling)).join(' and ')
}

/** "Moon phase (phase: full, at: 19:30)". */
function titleAndOptions(title: string, options: unknown): string {
  const written = typeof options === 'object' && options !== null ? Object.entries(options) : []
  const said = written.map(([name, value]) => `${name}: ${valueInWords(value)}`)
  return said.length === 0 ? title : `${title} (${said.join(', ')})`
}

function valueInWords(value: unknown): string {
  if (Array.isArray(value)) return value.map(valueInWords).join(' ')
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
}

/** One of them: "it is between 07:00 and 19:00". */
export function conditionInWords(condition: RuleCondition, telling: Telling): string {
  if ('expression' in condition) return expressionInWords(condition.expression.text)
  if (!('conditions' in condition)) {
    const { if: own = [], ...alone } = condition
    return [partInWords(alone, telling), ...own.map((one) => conditionInWords(one, telling))].join(' and ')
  }
  const inner = condition.conditions.map((one) => conditionInWords(one, telling))
  if (condition.kind === 'none') return `it is not so that ${inWords(inner, 'or')}`
  return inner.length < 2 ? inWords(inner, 'or') : `either ${inWords(inner, 'or')}`
}
