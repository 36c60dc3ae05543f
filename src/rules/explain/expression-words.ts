import { daysInWords } from '../telling.ts'

/** What the names of expressions are called in a sentence. A name that is missing here is shown as it is written. */
const nouns: Readonly<Record<string, string>> = {
  'player.battery': 'the battery of the player',
  'player.volume': 'the volume of the player',
  'player.card': 'the card in the player',
  'player.name': 'the name of the player',
  'player.day_mode': 'the day mode of the player',
  'stream.name': 'the stream',
  'stream.playlist': 'the playlist of the stream',
  'stream.now_playing': 'what the stream plays now',
  'stream.count': 'the number of items in the stream',
  'now.time': 'the time',
  'now.date': 'the date',
  'now.month_day': 'the day of the year',
  'now.hour': 'the hour',
  'now.weekday': 'the day of the week',
  'trigger.at': 'the time that was meant',
  'trigger.late_s': 'the delay',
}

/** What stands behind their values. */
const units: Readonly<Record<string, string>> = {
  'player.battery': ' %',
  'player.volume': ' of 16',
  'trigger.late_s': ' seconds',
}

/** Those that are true or false: how both are said. */
const facts: Readonly<Record<string, readonly [yes: string, no: string]>> = {
  'player.playing': ['the player plays', 'the player does not play'],
  'player.online': ['the player is online', 'the player is offline'],
  'player.charging': ['the player is charging', 'the player is not charging'],
  'stream.closed': ['the stream is closed', 'the stream is open'],
  weekdays: ['it is a day from Monday to Friday', 'it is a day of the weekend'],
  weekends: ['it is a day of the weekend', 'it is a day from Monday to Friday'],
  holiday: ['it is a public holiday', 'it is no public holiday'],
  'trigger.commanded': ['the product itself made it happen', 'the product did not make it happen itself'],
}

const operators: Readonly<Record<string, string>> = {
  '==': 'is',
  '!=': 'is not',
  '>': 'is above',
  '>=': 'is at least',
  '<': 'is below',
  '<=': 'is at most',
}

/**
 * An expression in words where it is simple: names compared with one value each, joined by `and` or by `or`. Any other
 * is shown as it was written.
 */
export function expressionInWords(text: string): string {
  const written = `\`${text.trim().replace(/\s+/g, ' ')}\``
  const joint = joinsInQuotes(text) ? null : jointIn(text)
  if (joint === null) return written
  const parts = text.split(new RegExp(`\\s+(?:${joint}|${joint === 'and' ? '&&' : '\\|\\|'})\\s+`))
  const words = parts.map(comparisonInWords)
  return words.every((word) => word !== null) ? words.join(` ${joint} `) : written
}

/** Words within quotes could be taken for those that join. */
function joinsInQuotes(text: string): boolean {
  return [...text.matchAll(/'[^']*'|"[^"]*"/g)].some(([quoted]) => /\b(and|or)\b|&&|\|\|/.test(quoted))
}

/** Null where both stand in it: which of them binds closer is not for a sentence. */
function jointIn(text: string): 'and' | 'or' | null {
  const hasAnd = /\s(and|&&)\s/.test(text)
  const hasOr = /\s(or|\|\|)\s/.test(text)
  if (hasAnd && hasOr) return null
  return hasOr ? 'or' : 'and'
}

function comparisonInWords(part: string): string | null {
  const fact = /^\s*(not\s+|!)?((?:[a-z_]+\.)?[\p{L}_][\p{L}\p{M}\p{N}_]*)\s*$/u.exec(part)
  if (fact !== null) return factInWords(fact[2] ?? '', fact[1] !== undefined)
  const [, name = '', operator = '', value = ''] =
    /^\s*([a-z_]+\.[\p{L}_][\p{L}\p{M}\p{N}_]*|(?:state|ha)\('[a-z0-9_.]+'\))\s*(==|!=|>=|<=|>|<)\s*(-?\d+(?:\.\d+)?|'[^']*'|"[^"]*"|true|false)\s*$/u.exec(
      part,
    ) ?? []
  if ((value === 'true' || value === 'false') && (operator === '==' || operator === '!='))
    return factInWords(name, (value === 'false') === (operator === '=='))
  const noun = nounFor(name)
  const relation = operators[operator]
  if (noun === null || relation === undefined) return null
  return (
    timeInWords(name, operator, value) ?? `${noun} ${relation} ${valueInWords(value)}${units[name] ?? ''}`
  )
}

/** "it is 19:00 or later", "it is Monday"; null for what is not said so. */
function timeInWords(name: string, operator: string, value: string): string | null {
  const text = /^['"](.*)['"]$/.exec(value)?.[1] ?? value
  if (name === 'now.weekday') {
    const day = daysInWords(text)
    return operator === '==' ? `it is ${day}` : operator === '!=' ? `it is not ${day}` : null
  }
  if (name === 'now.time' && /^\d\d:\d\d$/.test(text)) return beforeOrAfter(operator, text)
  if (name !== 'now.hour' || !/^\d\d?$/.test(text)) return null
  // What is above an hour, or at most an hour, turns with the hour behind it.
  const isBehind = operator === '>' || operator === '<='
  const hour = Number(text) + (isBehind ? 1 : 0)
  if (hour > 23) return null
  const begins = `${String(hour).padStart(2, '0')}:00`
  return beforeOrAfter(isBehind ? { '>': '>=', '<=': '<' }[operator] : operator, begins)
}

function beforeOrAfter(operator: string, time: string): string | null {
  switch (operator) {
    case '<':
      return `it is before ${time}`
    case '<=':
      return `it is ${time} or earlier`
    case '>':
      return `it is after ${time}`
    case '>=':
      return `it is ${time} or later`
    default:
      return null
  }
}

function factInWords(name: string, isNot: boolean): string | null {
  const known = facts[name]
  if (known !== undefined) return known[isNot ? 1 : 0]
  const noun = nounFor(name)
  return noun === null || name in nouns ? null : `${noun} is ${isNot ? 'off' : 'on'}`
}

function nounFor(name: string): string | null {
  const [, entity] = /^\w+\('(.+)'\)$/.exec(name) ?? []
  if (entity !== undefined) return `${entity} of Home Assistant`
  const [group = '', field = ''] = name.split('.')
  if (group === 'vars') return `the variable ${field}`
  if (group === 'inputs') return `the input ${field}`
  return Object.hasOwn(nouns, name) ? (nouns[name] ?? null) : null
}

function valueInWords(value: string): string {
  const text = /^['"](.*)['"]$/.exec(value)?.[1]
  return text === undefined ? value : text === '' ? 'empty' : `"${text}"`
}
