// What the rule engine costs from an event to the last of its effects: rules read from YAML, the hub, the journal and the
// queues in SQLite, and the same in memory. `npm run bench:engine`, or some parts of it by name:
// `npm run bench:engine -- events`. Figures are of this machine; ratios are against a peer in the same run.
import { loadavg } from 'node:os'
import { PerformanceObserver } from 'node:perf_hooks'
import { Engine as JsonRulesEngine } from 'json-rules-engine'
import { at, print, sleep } from './figures.mjs'
import { event, openHouse, press, read } from './engine/house.mjs'
import { mixes, rulesOf, sameConditions, sameEvent, sameMinute } from './engine/written.mjs'

// V8 compiles for some thousand events more, beside what is measured; on two processors threads wait for it now and then.
// A mix that is measured alone in a fresh process therefore has the longer tail.
const warmUp = 200
const events = 1000
// Of a thousand runs each.
const largeEvents = 300
// Presses of people are seconds apart; what an event leaves to be written is done by then.
const apartMs = 8
// Who is pressed again within 300 ms was pressed once; what goes round in circles is stopped at 30 times a minute.
const restMs = { button: 400, ha: 2_100, input: 2_100 }
const stores = { SQLite: true, memory: false }

const parts = { events: matching, none: notMatching, peer: besideJsonRules, many: starting, minute: atOneMinute }
const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in parts))
if (unknown.length > 0) {
  console.error(`no part is called ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}`)
  process.exit(2)
}
let missed = false
print('Node', process.versions.node)
print('load of the machine', loadavg().map((load) => load.toFixed(2)).join(' '))
for (const [name, measure] of Object.entries(parts)) if (wanted.length === 0 || wanted.includes(name)) await measure()
print('load of the machine', loadavg().map((load) => load.toFixed(2)).join(' '))
process.exit(missed ? 1 : 0)

async function matching() {
  for (const [number, mix] of mixes.entries())
    for (const [store, disk] of Object.entries(stores)) {
      for (const count of number === 0 ? [10, 100, 1_000, 10_000] : [1_000]) {
        const { texts, groups } = rulesOf(count, mix)
        const house = await openHouse({ ruleSet: await read(texts), disk })
        const took = { all: [] }
        const bare = []
        const threeBare = []
        const writes = { before: 0, all: 0 }
        const transactions = { before: 0, all: 0 }
        const firedMs = new Map()
        const pauses = collections()
        for (let round = 0, next = 0; round < warmUp + events; next++) {
          const group = next % groups.length
          const { kind, fire } = groups[group]
          if (performance.now() - (firedMs.get(group) ?? Number.NEGATIVE_INFINITY) < (restMs[kind] ?? 0)) {
            await sleep(1)
            continue
          }
          firedMs.set(group, performance.now())
          const before = { ...house.counts }
          const effects = house.effects(3)
          const start = performance.now()
          fire(house, round)
          await effects
          const ms = performance.now() - start
          const behind = { ...house.counts }
          await sleep(apartMs)
          if (round++ < warmUp) {
            pauses.take()
            continue
          }
          for (const [counted, sums] of Object.entries({ writes, transactions })) {
            sums.before += behind[counted] - before[counted]
            sums.all += house.counts[counted] - before[counted]
          }
          bare.push(await timed(() => house.writeAlone(round)))
          threeBare.push(
            await timed(async () => {
              for (let write = 0; write < 3; write++) await house.writeAlone(round)
            }),
          )
          took.all.push(ms)
          ;(took[kind] ??= []).push(ms)
        }
        const paused = pauses.stop()
        await house.stop()
        const aim = count === 1_000 && disk ? aimed(at(took.all, 0.99), 5) : ''
        const rules = `${count.toLocaleString('en')} rules`
        print(`${rules}, an event that matches 3 (${mix}), ${store}`, `${fine(took.all)}${aim}`)
        const each = ({ before, all }) => `${(before / events).toFixed(1)} until the last effect, ${(all / events).toFixed(1)} in all`
        print('  writes asked for', `${each(writes)}${disk ? `; transactions ${each(transactions)}` : ''}`)
        if (disk) {
          // After the same pause as an event of ours, so that disk and processor have to wake for it as well.
          print('  one row written by itself meanwhile', `${fine(bare)}; ${beside(took.all, bare)}`)
          print('  three such writes behind it, one after the other', `${fine(threeBare)}; ${beside(took.all, threeBare)}`)
        }
        print('  garbage collected meanwhile', paused.length === 0 ? 'never' : `${paused.length} times, ${fine(paused)}`)
        if (count === 1_000)
          for (const [kind, values] of Object.entries(took))
            if (kind !== 'all') print(`  of those ${values.length} by ${kind}`, fine(values))
      }
    }
}

async function notMatching() {
  for (const count of [10, 100, 1_000, 10_000]) {
    const house = await openHouse({ ruleSet: await read(rulesOf(count, mixes[0]).texts), disk: true })
    const took = []
    for (let round = 0; round < warmUp + events; round++) {
      // The same button twice would be one press.
      const button = round % 2 === 0 ? 'previous' : 'next'
      const pressed = press({ button, player: 'y1', stream: 'unheard', card_id: 'zzzzz' })
      const start = performance.now()
      house.hub.report(pressed)
      await house.runner.runsOf(pressed)
      const ms = performance.now() - start
      if (round >= warmUp) took.push(ms)
      if (round % 10 === 0) await sleep(1)
    }
    await house.stop()
    const aim = count === 1_000 ? aimed(at(took, 0.99), 0.1) : ''
    print(`${count.toLocaleString('en')} rules, an event that matches none`, `${fine(took)}${aim}`)
  }
}

async function besideJsonRules() {
  const count = 1_000
  for (const holding of [0, 3]) {
    const theirs = new JsonRulesEngine(sameConditions(count, holding))
    for (const [store, disk] of Object.entries(stores)) {
      const house = await openHouse({ ruleSet: await read(sameEvent(count, holding)), disk })
      const took = { ours: [], theirs: [] }
      for (let round = 0; round < warmUp / 4 + largeEvents; round++) {
        const began = event({ type: 'track_started', player: 'y0', stream: 's0' })
        const effects = holding === 0 ? null : house.effects(holding)
        const ours = await timed(async () => {
          house.hub.report(began)
          await house.runner.runsOf(began)
          await effects
        })
        await sleep(apartMs)
        const facts = { battery: 50, hour: new Date().getHours(), limit: 5 }
        const their = await timed(async () => {
          const { events: held } = await theirs.run(facts)
          if (held.length !== holding) throw new Error(`${held.length} of theirs hold`)
        })
        if (round < warmUp / 4) continue
        took.ours.push(ours)
        took.theirs.push(their)
      }
      await house.stop()
      const what = `1,000 rules that all hear of an event, ${holding === 0 ? 'none' : holding} of whose conditions hold`
      print(`${what}, ${store}`, fine(took.ours))
      print('  the same conditions in json-rules-engine, evaluated alone', fine(took.theirs))
      print('  ratio of the medians, ours to theirs', (at(took.ours, 0.5) / at(took.theirs, 0.5)).toFixed(2))
    }
  }
}

async function starting() {
  const { texts } = rulesOf(10_000, mixes[0])
  const ruleSet = await read(texts)
  global.gc?.()
  const before = process.memoryUsage().heapUsed
  const house = await openHouse({ ruleSet, disk: true })
  global.gc?.()
  const mega = (process.memoryUsage().heapUsed - before) / 1e6
  const memory = global.gc === undefined ? '' : `, ${mega.toFixed(1)} MB`
  print('start of 10,000 rules that are read', `${house.startMs.toFixed(0)} ms${memory}`)
  let again = ruleSet
  const took = []
  for (let round = 0; round < 5; round++) {
    const edited = texts.map((text, file) =>
      file === 5 ? text.replace(/now\.hour >= \d+/, `now.hour >= ${round + 1}`) : text,
    )
    again = await read(edited)
    took.push(await timed(() => house.reload(again)))
  }
  await house.stop()
  print('reload of one rule among 10,000, once it is read', fine(took))
}

async function atOneMinute() {
  const next = new Date(Date.now() + 75_000)
  const at = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', hour: '2-digit', minute: '2-digit' }).format(next)
  const house = await openHouse({ ruleSet: await read(sameMinute(1_000)(at)), disk: true })
  const due = Math.floor(next.getTime() / 60_000) * 60_000
  // The product's own timers hold no process that has nothing else to do.
  const waiting = setInterval(() => {}, 1000)
  await house.effects(1)
  const first = Date.now() - due
  await house.effects(999)
  clearInterval(waiting)
  print('1,000 rules at the same minute', `first effect ${first} ms, last ${Date.now() - due} ms behind it, ${house.counts.writes} writes`)
  await house.stop()
}

/** How long, in milliseconds, each garbage collection held everything up. */
function collections() {
  let pauses = []
  const observer = new PerformanceObserver((list) => pauses.push(...list.getEntries()))
  observer.observe({ entryTypes: ['gc'] })
  const take = () => {
    const taken = [...pauses, ...observer.takeRecords()]
    pauses = []
    return taken.map(({ duration }) => duration)
  }
  const stop = () => {
    const taken = take()
    observer.disconnect()
    return taken
  }
  return { take, stop }
}

async function timed(work) {
  const start = performance.now()
  await work()
  return performance.now() - start
}

function beside(ours, theirs) {
  const [median, tail] = [0.5, 0.99].map((share) => (at(ours, share) / at(theirs, share)).toFixed(2))
  return `ours to theirs ${median} at p50, ${tail} at p99`
}

function fine(values) {
  const [p50, p99, most] = [0.5, 0.99, 1].map((share) => at(values, share).toFixed(3))
  return `p50 ${p50} ms, p99 ${p99} ms, max ${most} ms`
}

function aimed(value, most) {
  if (value > most) missed = true
  return ` (${value <= most ? 'met' : 'MISSED'}: at most ${most} ms)`
}
