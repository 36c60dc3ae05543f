// What rules cost: checking them, reading one file of many again, asking schedules and expressions, and large files.
// `npm run bench:rules`. Figures are of this machine; ratios are against a peer in the same run.
import { openSync, readSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { weekdays } from '../build/core/answer.js'
import { systemClock } from '../build/core/clock.js'
import { compileExpression } from '../build/language/expression/expression.js'
import { plainCalendar } from '../build/rules/calendar.js'
import { actions, conditions, triggers } from '../build/rules/catalog.js'
import { environmentFor } from '../build/rules/names.js'
import { readRuleFiles } from '../build/rules/read/rule-files.js'
import { createRegistry } from '../build/rules/registry.js'
import { slotAt } from '../build/rules/schedule.js'
import { RuleBook } from '../build/wiring/rule-book.js'
import { at, print, sleep, spread } from './figures.mjs'

const rounds = 20
const reading = {
  registry: createRegistry({ triggers, conditions, actions }),
  fileExists: async () => true,
  topicFault: () => null,
  zone: 'Europe/London',
}
const dayMs = 86_400_000
const mondays = {
  'of an ordinary week': Date.UTC(2026, 10, 16),
  'of the week in which the clocks are set': Date.UTC(2026, 9, 19),
}
const ordinaryHouse = `playlists:
  morning: [a.mp3]
schedules:
  den: {default: morning, slots: {early: {from: "06:00", to: "08:00", play: morning}}}
`
let schedule
const told = Buffer.alloc(64)
const silent = { debug() {}, info() {}, warn() {}, error() {}, for: () => silent }

await checking()
await reloading()
await asking()
await evaluating()
for (const [what, text] of Object.entries(largeFiles())) await holdingUp(what, text)

async function checking() {
  const sources = Array.from({ length: 10 }, (_, file) => ({ file: `${file}.yaml`, text: rulesOf(100, file) }))
  const ours = await timed(rounds, async () => {
    const { diagnostics } = await readRuleFiles(sources, reading)
    if (diagnostics.length > 0) throw new Error(JSON.stringify(diagnostics[0]))
  })
  const theirs = await timed(rounds, () => {
    for (const { text } of sources) parse(text)
  })
  print('check of 1,000 rules over 10 files', spread(ours))
  print('the same files parsed by the package yaml alone', spread(theirs))
  print('ratio of the medians, check to bare parse', (at(ours, 0.5) / at(theirs, 0.5)).toFixed(2))
}

async function reloading() {
  await withBook(async ({ book, folder }) => {
    for (let file = 0; file < 200; file++) await writeFile(join(folder, `${file}.yaml`), rulesOf(10, file))
    const [whole] = await timed(1, () => book.start())
    const ours = []
    for (let round = 0; round < rounds; round++) {
      await writeFile(join(folder, '77.yaml'), `# ${round}\n${rulesOf(10, 77)}`)
      ours.push(...(await timed(1, () => book.reload())))
    }
    const broken = []
    for (let round = 0; round < rounds; round++) {
      await writeFile(join(folder, '77.yaml'), `rules: {r: {}} # ${round}\n`)
      broken.push(...(await timed(1, () => book.reload())))
    }
    if (book.current.rules.length !== 2000) throw new Error(`${book.current.rules.length} rules`)
    print('first reading of 200 files of 10 rules', `${Math.round(whole)} ms`)
    print('reload of one of them', spread(ours))
    print('reload of one of them with an error, whose last good version runs on', spread(broken))
    print('ratio of the medians, reload of one to the first reading', (at(ours, 0.5) / whole).toFixed(3))
  })
}

async function asking() {
  const { ruleSet } = await readRuleFiles([{ file: 'a.yaml', text: schedulesOf(100) }], reading)
  const calendar = plainCalendar('Europe/London')
  const ask = (now) => {
    for (const schedule of ruleSet.schedules) slotAt(schedule, now, calendar)
  }
  for (const [week, monday] of Object.entries(mondays))
    for (const [day, name] of weekdays.entries()) {
      const moments = Array.from({ length: 96 }, (_, quarter) => new Date(monday + day * dayMs + (quarter * dayMs) / 96))
      // The compiler's own work is done by then.
      for (const now of moments) ask(now)
      const each = []
      for (const now of moments) each.push(...(await timed(1, () => ask(now))))
      print(`slot(now) of 100 schedules of 5 slots, ${name} ${week}`, spread(each))
    }
}

async function evaluating() {
  const when = Object.entries(triggers).map(([kind, definition]) => ({ kind, definition }))
  const environment = environmentFor({ player: null, stream: null, when }, {
    calendar: plainCalendar('UTC'),
    vars: new Map(),
    inputs: new Map(),
    faulty: new Map(),
  })
  const { expression } = compileExpression("now.hour < 20 and now.weekday in ['sat', 'sun']", environment, 'bool')
  const values = { now: { hour: 18, weekday: 'sat', time: '18:00', date: '2026-11-21', month_day: '11-21' } }
  const bare = (given) => given.now.hour < 20 && ['sat', 'sun'].includes(given.now.weekday)
  const times = 100_000
  const [ours] = await timed(1, () => {
    for (let time = 0; time < times; time++) expression.evaluate(values)
  })
  const [theirs] = await timed(1, () => {
    for (let time = 0; time < times; time++) bare(values)
  })
  print('expressions a second', Math.round((times / ours) * 1000).toLocaleString('en'))
  print('ratio of the times, ours to the same in JavaScript', (ours / theirs).toFixed(0))
}

/** How long everything else waits for a large file that is written into a running house. */
async function holdingUp(what, text) {
  await withBook(async ({ book, folder }) => {
    await writeFile(join(folder, 'small.yaml'), rulesOf(10, 1))
    // What every house has is known to the checks by then.
    await writeFile(join(folder, 'house.yaml'), ordinaryHouse)
    await book.start()
    await writeFile(join(folder, 'large.yaml'), text)
    await sleep(50)
    let last = performance.now()
    let lastWork = workMs()
    let longest = 0
    let mostWork = 0
    const beat = setInterval(() => {
      longest = Math.max(longest, performance.now() - last)
      mostWork = Math.max(mostWork, workMs() - lastWork)
      last = performance.now()
      lastWork = workMs()
    }, 1)
    const [took] = await timed(1, () => book.reload())
    await sleep(20)
    clearInterval(beat)
    const file = book.files.find((each) => each.file === 'large.yaml')
    const state = `${file.state}, ${file.findings.length} findings`
    const size = `${Math.round(text.length / 1024)} KB`
    print(`${what}, ${size}: ${state}`, `${Math.round(took)} ms, others wait at most ${Math.round(longest)} ms, of it ${Math.round(mostWork)} ms of work`)
    await book.stop()
  })
}

/** How long this thread was at work, in ms: on a busy machine far less than has passed. NaN where the system does not tell. */
function workMs() {
  try {
    schedule ??= openSync('/proc/thread-self/schedstat')
    const length = readSync(schedule, told, 0, told.length, 0)
    return Number(told.toString('latin1', 0, length).split(' ')[0]) / 1e6
  } catch {
    return Number.NaN
  }
}

function largeFiles() {
  const mega = 1_020_000
  const until = (bytes, line, head = '') => {
    const lines = [head]
    for (let number = 0, length = head.length; length < bytes; number++) {
      lines.push(line(number))
      length += lines.at(-1).length
    }
    return lines.join('')
  }
  return {
    'a valid file': rulesOf(5_000, 0).slice(0, mega).replace(/\n {2}rule-[^\n]*\n(?! {2}rule)[^]{0,220}$/, '\n'),
    'rules that are all wrong': until(mega, (n) => `  r${n}: {when: [{buton: right}], do: [{log: x}]}\n`, 'rules:\n'),
    'names that lead nowhere': until(mega, (n) => `  s${n}: {default: list${n}}\n`, 'schedules:\n'),
    'names that lead nowhere beside as many that do': until(mega / 2, (n) => `  s${n}: {default: lisd${n}}\n`, until(mega / 2, (n) => `  list${n}: [a.mp3]\n`, 'playlists:\n') + 'schedules:\n'),
    'one schedule of slots': until(mega, (n) => `      t${n}: {play: x}\n`, 'schedules:\n  s:\n    slots:\n'),
    'one playlist of files': until(mega, (n) => `    - f${n}.mp3\n`, 'playlists:\n  p:\n'),
    'playlists of 15,000 files': until(150_000, (n) => `    - f${n}.mp3\n`, 'playlists:\n  p:\n'),
    'one deep value': `rules: ${'['.repeat(500_000)}`,
    vars: until(mega, (n) => `  v${n}: {type: number, min: 0, max: 9}\n`, 'vars:\n'),
    players: until(mega, (n) => `  p${n}: y1Ab${n}\n`, 'players:\n'),
    templates: until(mega, (n) => `  t${n}:\n    needs: {at: time}\n    rule: {when: [{button: right}], do: [{log: x}]}\n`, 'templates:\n'),
    'rules of templates': until(mega, (n) => `  r${n}: {use: t}\n`, 'templates:\n  t:\n    rule: {when: [{button: right}], do: [{log: x}]}\nrules:\n'),
    'day sets': until(mega, (n) => `    d${n}: "month_day == '03-${10 + (n % 20)}'"\n`, 'calendar:\n  day_sets:\n'),
    tests: until(mega, (n) => `  t${n}: {now: "2026-11-21T18:00", steps: [{wait: 1m}]}\n`, 'tests:\n'),
    'expressions in one rule': until(mega, (n) => `      - player.volume > ${n % 16}\n`, 'rules:\n  r:\n    when: [{button: right}]\n    do: [{log: x}]\n    if:\n'),
    'one long text': `rules:\n  r:\n    when: [{button: right}]\n    do: [{log: "${'x'.repeat(mega)}"}]\n`,
    'a small schedule each': until(mega, (n) => `  s${n}: {default: p, slots: {a: {from: "06:00", to: "08:00", play: p}}}\n`, 'playlists:\n  p: [a.mp3]\nschedules:\n'),
    'comments that cut': until(mega, (n) => `  b${n}: x #1\n`, 'playlists:\n'),
    'the same name': until(mega, () => '  a: [b.mp3]\n', 'playlists:\n'),
    aliases: until(mega, (n) => `  a${n}: *x${n}\n`, 'playlists:\n'),
    anchors: until(mega, (n) => `  a${n}: &x${n} [*x${n - 1}, *x${n - 1}]\n`, 'playlists:\n'),
    'one line': `playlists: {a: [${'x, '.repeat(330_000)}]}`,
    'no YAML': until(mega, () => '}: [\t"'),
    'top level keys': until(mega, (n) => `k${n}: v\n`),
    'nothing but NUL': '\0'.repeat(mega),
    'more than may be': 'x'.repeat(3_000_000),
  }
}

async function withBook(use) {
  const folder = await mkdtemp(join(tmpdir(), 'yoto-bench-'))
  const store = () => ({ get: async () => undefined, set: async () => {}, delete: async () => true, entries: async () => [] })
  const book = new RuleBook({
    folder,
    library: { find: async () => ({ state: 'ready' }) },
    topicFault: () => null,
    zone: 'Europe/London',
    good: store(),
    calendars: store(),
    enabled: store(),
    problems: { set() {} },
    clock: systemClock,
    log: silent,
  })
  await use({ book, folder })
  await rm(folder, { recursive: true })
}

async function timed(times, work) {
  const took = []
  for (let time = 0; time < times; time++) {
    const start = performance.now()
    await work()
    took.push(performance.now() - start)
  }
  return took
}

function rulesOf(count, file) {
  const rules = Array.from(
    { length: count },
    (_, rule) => `  rule-${file}-${rule}:
    stream: s${rule % 50}
    when:
      - button: right
    if:
      - player.volume > ${rule % 16} and now.hour < 20
    do:
      - queue: {set: all-${file}}
      - log: "volume \${player.volume}"
`,
  )
  return `playlists:\n  all-${file}: [a.mp3]\nrules:\n${rules.join('')}`
}

function schedulesOf(count) {
  const slot = (from, to) => `      at-${from}: {from: "${from}:00", to: "${to}:00", play: p, days: weekdays}\n`
  const slots = ['06', '09', '12', '15', '18'].map((from, index) => slot(from, ['08', '11', '14', '17', '20'][index]))
  const schedules = Array.from({ length: count }, (_, n) => `  s${n}:\n    default: p\n    slots:\n${slots.join('')}`)
  return `playlists:\n  p: [a.mp3]\nschedules:\n${schedules.join('')}`
}
