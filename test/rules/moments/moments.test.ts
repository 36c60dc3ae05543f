import { expect, test } from 'vitest'
import { durationMs } from '../../../src/language/duration.ts'
import { plainCalendar } from '../../../src/rules/calendar.ts'
import { cronPattern, cronWish } from '../../../src/rules/moments/cron.ts'
import { intervalWish } from '../../../src/rules/moments/interval.ts'
import type { KeptRecord } from '../../../src/rules/moments/kept-moments.ts'
import { Moments } from '../../../src/rules/moments/moments.ts'
import { momentsBetween } from '../../../src/rules/moments/next-moment.ts'
import { sunWish } from '../../../src/rules/moments/sun-moment.ts'
import type { MomentWish } from '../../../src/rules/moments/wish.ts'
import { HouseholdClock } from '../../support/household-clock.ts'
import { memoryCollection } from '../../support/memory-collection.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { oneTurn } from '../../support/virtual-clock.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

/** A household in London, at 19:00 unless said otherwise. */
function household(start = '2026-11-21T19:00:00Z', kept = memoryCollection<KeptRecord>()) {
  const clock = new HouseholdClock(new Date(start))
  const log = recordingLog()
  const told: string[] = []
  const world = { calendar: plainCalendar('Europe/London', { latitude: 69.65, longitude: 18.96 }) }
  const open = async () => {
    const moments = new Moments({ world, kept, clock, log })
    await moments.start()
    return moments
  }
  const hear = (name: string) => (moment: { label: string; lateMs: number }) => {
    told.push(`${name} ${moment.label} +${Math.round(moment.lateMs / 1000)}`)
  }
  const run = async (ms: number) => {
    clock.run(ms)
    await oneTurn()
  }
  const said = () => log.lines.filter(({ level }) => level !== 'debug').map(({ message }) => message)
  return { clock, kept, told, world, open, hear, run, said }
}

const never = new AbortController().signal
const at1930 = { at: '19:30' }
const within30m = { at: '19:30', ifMissedMs: 30 * minuteMs }

test('a moment is kept before anybody is told of it', async () => {
  const house = household()
  const moments = await house.open()
  const keptThen: unknown[] = []
  moments.of('bedtime', never).daily(at1930, () => {
    keptThen.push(house.kept.get('2026-11-21@19:30'))
  })
  await oneTurn()
  await house.run(29 * minuteMs)
  expect(keptThen).toEqual([])
  await house.run(minuteMs)
  expect(await Promise.all(keptThen)).toEqual([{ bedtime: '2026-11-21T19:30:00.000Z' }])
})

test('a rule that has just been written has missed nothing, and after a restart neither', async () => {
  const house = household('2026-11-21T19:40:00Z')
  const first = await house.open()
  first.of('bedtime', never).daily(within30m, house.hear('bedtime'))
  await oneTurn()
  await house.run(2 * minuteMs)
  await first.stop()
  const second = await house.open()
  second.of('bedtime', never).daily(within30m, house.hear('bedtime'))
  await oneTurn()
  await house.run(hourMs)
  expect(house.told).toEqual([])
  expect(house.said()).toEqual([])
  await house.run(24 * hourMs)
  expect(house.told).toEqual(['bedtime 19:30 +0'])
})

test('what was missed by a restart is made up for within its time, else said once', async () => {
  const house = household()
  const arm = (moments: Moments) => {
    moments.of('strict', never).daily(at1930, house.hear('strict'))
    moments.of('late', never).daily(within30m, house.hear('late'))
    moments.of('short', never).daily({ at: '19:30', ifMissedMs: 5 * minuteMs }, house.hear('short'))
  }
  const first = await house.open()
  arm(first)
  await oneTurn()
  await first.stop()
  house.clock.shift(42 * minuteMs)
  for (let restart = 0; restart < 3; restart++) {
    const again = await house.open()
    arm(again)
    await oneTurn()
    await house.run(minuteMs)
    await again.stop()
  }
  expect(house.told).toEqual(['late 19:30 +720'])
  const off = 'as the product was not running'
  expect(house.said()).toEqual([
    `rule "strict" did not run: 19:30 on 2026-11-21 was missed by 12 minutes, ${off}`,
    `rule "short" did not run: 19:30 on 2026-11-21 was missed by 12 minutes, ${off}`,
    `rule "late": 19:30 on 2026-11-21 is made up for, ${off}`,
  ])
})

test('a machine that woke a minute after is not late', async () => {
  const house = household('2026-11-21T19:29:30Z')
  const moments = await house.open()
  moments.of('bedtime', never).daily(at1930, house.hear('bedtime'))
  await oneTurn()
  house.clock.shift(45_000)
  await house.run(minuteMs)
  expect(house.told).toHaveLength(1)
})

test('a clock that was set forward by mistake and back takes no moment away', async () => {
  const house = household()
  const moments = await house.open()
  moments.of('bedtime', never).daily(at1930, house.hear('bedtime'))
  await oneTurn()
  house.clock.shift(2 * hourMs)
  await house.run(2 * minuteMs)
  expect(house.said()).toEqual([expect.stringContaining('was missed by')])
  house.clock.shift(-2 * hourMs)
  await house.run(hourMs)
  expect(house.told).toEqual(['bedtime 19:30 +0'])
})

test('a rule that was written while the clock was wrong hears what comes after it is put right', async () => {
  const house = household('2027-03-01T12:00:00Z')
  const moments = await house.open()
  moments.of('bedtime', never).daily(at1930, house.hear('bedtime'))
  await oneTurn()
  house.clock.shift(Date.parse('2026-11-21T19:29:30Z') - Date.parse('2027-03-01T12:00:00Z'))
  await house.run(2 * minuteMs)
  expect(house.told).toHaveLength(1)
})

test('a rule that is read again while its moment is kept still hears of it, one that was taken out does not', async () => {
  let release: () => void = () => undefined
  const store = memoryCollection<KeptRecord>()
  const slow = {
    ...store,
    set: async (key: string, value: KeptRecord) => {
      if (key !== 'armed') await new Promise<void>((resolve) => (release = resolve))
      await store.set(key, value)
    },
  }
  const house = household(undefined, slow)
  const moments = await house.open()
  const old = new AbortController()
  for (const name of ['stays', 'goes']) moments.of(name, old.signal).daily(at1930, house.hear(`old ${name}`))
  await oneTurn()
  await house.run(30 * minuteMs)
  old.abort()
  moments.of('stays', never).daily(at1930, house.hear('new stays'))
  await oneTurn()
  release()
  await oneTurn()
  expect(house.told).toEqual(['new stays 19:30 +0'])
})

test('a store that fails keeps no rule from running, and says so', async () => {
  const store = memoryCollection<KeptRecord>()
  const house = household(undefined, { ...store, set: () => Promise.reject(new Error('disk full')) })
  const moments = await house.open()
  moments.of('bedtime', never).daily(at1930, house.hear('bedtime'))
  await oneTurn()
  await house.run(31 * minuteMs)
  expect(house.told).toEqual(['bedtime 19:30 +0'])
  expect(house.said()).toContain(
    'that moments have come could not be kept; after a restart they may come again',
  )
})

test('old moments are forgotten, and what a wrong clock wrote ahead too', async () => {
  const house = household('2026-11-20T19:00:00Z')
  await house.kept.set('2031-01-01@19:30', { bedtime: '2031-01-01T19:30:00.000Z' })
  const moments = await house.open()
  moments.of('bedtime', never).daily(at1930, house.hear('bedtime'))
  await oneTurn()
  for (let day = 0; day < 9; day++) await house.run(24 * hourMs)
  expect((await house.kept.entries()).map(([key]) => key).sort()).toEqual([
    '2026-11-26@19:30',
    '2026-11-27@19:30',
    '2026-11-28@19:30',
    'armed',
  ])
})

test('a rule hears of a moment once, though two of its triggers wait for it', async () => {
  const house = household()
  const moments = await house.open()
  const own = moments.of('bedtime', never)
  own.daily(at1930, house.hear('time'))
  own.dated(cronWish(cronPattern('30 19 * * *')), house.hear('cron'))
  await oneTurn()
  await house.run(hourMs)
  expect(house.told).toEqual(['time 19:30 +0'])
})

test('an interval goes through the hour that comes twice, and a cron pattern does not', async () => {
  const house = household('2026-10-25T00:10:00Z')
  const moments = await house.open()
  const own = (name: string, wish: MomentWish) => moments.of(name, never).dated(wish, house.hear(name))
  own('every', intervalWish({ everyMs: durationMs('30m'), text: '30m', window: null }))
  own('cron', cronWish(cronPattern('*/30 * * * *')))
  await oneTurn()
  await house.run(2 * hourMs)
  expect(house.told.filter((line) => line.startsWith('every'))).toHaveLength(4)
  expect(house.told.filter((line) => line.startsWith('cron'))).toEqual(['cron 01:30 +0', 'cron 02:00 +0'])
})

test('a day without a sunset has no moment and says so once, or has the one that stands instead', async () => {
  const house = household('2027-06-20T06:00:00Z')
  const wish = (or: string | null) =>
    sunWish({ text: 'sunset', or, ifMissedMs: 0 }, () => house.world.calendar)
  for (let start = 0; start < 2; start++) {
    const moments = await house.open()
    moments.of('silent', never).dated(wish(null), house.hear('silent'))
    moments.of('instead', never).dated(wish('21:00'), house.hear('instead'))
    await oneTurn()
    await house.run(10 * hourMs)
    await moments.stop()
  }
  expect(house.told).toEqual(['instead sunset +0'])
  expect(house.said()).toEqual([
    'rule "silent" does not run for sunset on 2027-06-20: there is no sunset there on that day, and the trigger has no `or`',
  ])
})

test('a thousand rules cost a look next to nothing, and one moment of them all is one write', async () => {
  let writes = 0
  const store = memoryCollection<KeptRecord>()
  const house = household(undefined, {
    ...store,
    set: (key, value) => {
      writes += 1
      return store.set(key, value)
    },
  })
  const moments = await house.open()
  const began = performance.now()
  for (let rule = 0; rule < 1000; rule++)
    moments.of(`rule ${rule}`, never).daily({ at: ['07:00', '19:30'] }, house.hear('x'))
  await oneTurn()
  await house.run(0)
  const armedMs = performance.now() - began
  const looked = performance.now()
  await house.run(29 * minuteMs)
  const lookMs = (performance.now() - looked) / 29
  writes = 0
  await house.run(minuteMs)
  expect(house.told).toHaveLength(1000)
  expect(writes).toBe(1)
  // A busy machine is ten times as slow as an idle one.
  expect(lookMs).toBeLessThan(20)
  expect(armedMs).toBeLessThan(5000)
})

test('rules that come together are planned in several looks, and what came is told in the order of its times', async () => {
  const house = household('2026-11-21T17:00:00Z')
  const write = (moments: Moments, signal: AbortSignal) => {
    for (let rule = 0; rule < 150; rule++) {
      const at = rule === 149 ? '18:50' : '19:00'
      moments.of(`rule ${rule}`, signal).daily({ at, ifMissedMs: hourMs }, house.hear(`${rule}`))
    }
  }
  const first = await house.open()
  write(first, never)
  await oneTurn()
  await house.run(0)
  await first.stop()
  house.clock.shift(2 * hourMs + 5 * minuteMs)
  const second = await house.open()
  write(second, never)
  await oneTurn()
  expect(house.told).toEqual([])
  await house.run(0)
  expect(house.told).toHaveLength(150)
  expect(house.told.slice(0, 3)).toEqual(['149 18:50 +900', '0 19:00 +300', '1 19:00 +300'])
  await second.stop()
})

test('a thousand rules of every minute are looked up without holding anything up', () => {
  const zone = 'Europe/London'
  const wish = intervalWish({ everyMs: 60_000, text: '1m', window: null })
  const after = new Date('2026-06-10T10:00:30Z')
  const until = new Date('2026-06-10T12:00:00Z')
  let told = 0
  const counting = {
    on(...given: Parameters<typeof wish.on>) {
      const moments = wish.on(...given)
      told += moments.length
      return moments
    },
  }
  const { moments } = momentsBetween(counting, { after, until, zone })
  expect(moments.map(({ label }) => label).at(0)).toBe('+661m')
  expect(moments).toHaveLength(120)
  expect(told).toBeLessThan(130)
})
