// Rules of many kinds of triggers, three to each event, and what each three are started by.
import { event, players, press } from './house.mjs'

const streams = 100
const inputs = 40
const buttons = ['left', 'right', 'next', 'previous']
const shared = `playlists:
  five: [a.mp3, b.mp3, c.mp3, d.mp3, e.mp3]
`
const declared = `vars:
  plays: {start: 5, max: 1000000}
  limit: {start: 5, max: 100}
inputs:
${Array.from({ length: inputs }, (_, number) => `  i${number}: {type: number, min: 0, max: 1000000, start: 0}\n`).join('')}`

const kinds = {
  button: (n) => {
    const [player, stream, button] = [`y${n % players}`, `s${n % streams}`, buttons[n % 4]]
    return {
      when: `button: {button: ${button}, player: ${player}, stream: ${stream}}`,
      fire: ({ hub }) => hub.report(press({ button, player, stream })),
    }
  },
  playing: (n) => {
    const [player, stream] = [`y${n % players}`, `s${n % streams}`]
    return {
      when: `playing: {change: track_started, player: ${player}, stream: ${stream}}`,
      fire: ({ hub }) => hub.report(event({ type: 'track_started', player, stream })),
    }
  },
  card: (n) => {
    const card_id = n.toString(36).padStart(5, '0')
    return {
      when: `card: {inserted: "${card_id}"}`,
      fire: ({ hub }) => hub.report(event({ type: 'card_inserted', card_id, source: 'card', player: 'y1' })),
    }
  },
  ha: (n) => ({
    when: `ha: sensor.e${n}`,
    fire: ({ heard }, round) =>
      heard({ type: 'ha', entity: `sensor.e${n}`, from: `${round}`, to: `${round + 1}`, attributes: {}, since_ms: Date.now() }),
  }),
  input: (n) => ({
    when: `input: i${n}`,
    // From the wish on: that an input was set is itself in the store before anybody hears of it.
    fire: ({ hub }, round) => void hub.setInput(`i${n}`, round + 1, 'the bench'),
  }),
  time: (n) => ({ when: `time: "${farTime(n)}"`, fire: null }),
}

const works = {
  'three queue changes of one stream': [0, 0, 0],
  'a queue, a var and a message': [0, 1, 2],
}

export const mixes = Object.keys(works)

/** So many rules; `groups` are those that can be started: `{kind, fire}`. */
export function rulesOf(count, mix) {
  const names = Object.keys(kinds)
  const groups = Array.from({ length: Math.ceil(count / 3) }, (_, n) => {
    const own = Math.floor(n / names.length)
    const kind = names[n % names.length] === 'input' && own >= inputs ? 'ha' : names[n % names.length]
    return { kind, ...kinds[kind](kind === 'ha' ? n : own) }
  })
  // Several groups may ask for the same: then more than three would match.
  const seen = new Map()
  const rules = groups.flatMap(({ when }, group) => {
    seen.set(when, (seen.get(when) ?? 0) + 1)
    return works[mix].map((work, number) => ruleOf(`${group}-${number}`, when, doing(work, group)))
  })
  const text = `rules:\n${rules.slice(0, count).join('')}`
  const whole = groups.filter((_, group) => group * 3 + 3 <= count)
  return {
    texts: [`${shared}${declared}`, ...chunked(rules.slice(0, count))],
    groups: whole.filter(({ fire, when }) => fire !== null && seen.get(when) === 1),
    text,
  }
}

function ruleOf(id, when, work) {
  return `  r-${id}:
    when:
      - ${when}
    if: vars.limit > 3 and now.hour >= 0
    do:
      - ${work}
`
}

function doing(work, group) {
  if (work === 0) return `queue: {set: five, stream: s${group % streams}}`
  if (work === 1) return 'set: {plays: vars.plays + 1}'
  return `mqtt: {topic: home/lamp-${group}/set, payload: "ON"}`
}

/** Files may not be larger than a megabyte. */
function chunked(rules) {
  const files = []
  for (let from = 0; from < rules.length; from += 1000)
    files.push(`rules:\n${rules.slice(from, from + 1000).join('')}`)
  return files
}

/** A time that does not come while this runs. */
function farTime(n) {
  const minute = (Math.floor(Date.now() / 60_000) + 360 + (n % 720)) % 1440
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
}

/** So many rules that hear of one and the same event, of which `holding` have conditions that hold. */
export function sameEvent(count, holding) {
  const rules = Array.from({ length: count }, (_, number) => {
    const least = number < holding ? 10 : 60 + (number % 40)
    return `  r-${number}:
    when:
      - playing: track_started
    if: player.battery > ${least} and now.hour >= 0 and now.hour < 24 and vars.limit > ${number % 4}
    do:
      - queue: {set: five, stream: s0}
`
  })
  return [`${shared}${declared}`, ...chunked(rules)]
}

/** The same conditions as json-rules-engine takes them. */
export function sameConditions(count, holding) {
  return Array.from({ length: count }, (_, number) => ({
    conditions: {
      all: [
        { fact: 'battery', operator: 'greaterThan', value: number < holding ? 10 : 60 + (number % 40) },
        { fact: 'hour', operator: 'greaterThanInclusive', value: 0 },
        { fact: 'hour', operator: 'lessThan', value: 24 },
        { fact: 'limit', operator: 'greaterThan', value: number % 4 },
      ],
    },
    event: { type: `r-${number}` },
  }))
}

/** So many rules of the same minute, and the minute. */
export function sameMinute(count) {
  const rules = Array.from({ length: count }, (_, number) => ruleOf(number, 'time: "00:00"', 'set: {plays: vars.plays + 1}'))
  return (at) => [`${shared}${declared}`, ...chunked(rules.map((rule) => rule.replace('00:00', at)))]
}
