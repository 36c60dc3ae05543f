import { expect, test } from 'vitest'
import { plainCalendar } from '../../src/rules/calendar.ts'
import type { RunTrace } from '../../src/rules/running/trace.ts'
import { seemly } from '../../src/wiring/shown-trace.ts'
import { tellTraces, tracesNow } from '../../src/wiring/told-traces.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

function trace(id: number, more: Partial<RunTrace> = {}): RunTrace {
  return {
    ...{ id, rule: 'r', at: '2026-11-21T10:00:00+00:00', because: 'a test', why: null, saw: [], steps: [] },
    ...{ trigger: { kind: 'button', data: {} }, outcome: 'done', ended_at: '2026-11-21T10:00:00+00:00' },
    ...more,
  }
}

function open() {
  const clock = new VirtualClock()
  const told: { rule: string; left_out?: number; outcome: string }[] = []
  const listeners = new Set<(trace: RunTrace) => void>()
  const traces = {
    onChange: (receive: (trace: RunTrace) => void) => {
      listeners.add(receive)
      return () => void listeners.delete(receive)
    },
  }
  const redactAll = <Value>(value: Value) => value
  const { stop } = tellTraces({
    ...{ traces, clock, redactAll, rule: () => undefined, calendar: () => plainCalendar('UTC') },
    publish: async (_rule, payload) => {
      told.push(JSON.parse(payload))
      throw new Error('the broker is away')
    },
  })
  const tell = (one: RunTrace) => listeners.forEach((receive) => void receive(one))
  return { clock, told, traces, tell, stop }
}

test('of a rule thirty are said in a minute, and the next one says how many were not', async () => {
  const { clock, told, tell, stop } = open()
  for (let id = 1; id <= 50; id++) tell(trace(id))
  tell(trace(51, { rule: 'other' }))
  expect(told).toHaveLength(31)
  await clock.advance(60_000)
  tell(trace(52))
  tell(trace(53))
  expect(told.slice(31).map(({ left_out }) => left_out)).toEqual([20, undefined])
  stop()
  tell(trace(54))
  expect(told).toHaveLength(33)
})

test('of many rules three hundred are said in a minute', () => {
  const { told, tell } = open()
  for (let id = 1; id <= 1000; id++) tell(trace(id, { rule: `r${id}` }))
  expect(told).toHaveLength(300)
})

test('what runs is not said, and a wait once', () => {
  const { told, tell } = open()
  const open_ = { outcome: 'running', ended_at: null } as const
  const step = { kind: 'wait', at: '', effects: [] }
  tell(trace(1, open_))
  const waits = trace(1, { ...open_, steps: [{ step: '1', ...step, outcome: 'waiting' }] })
  tell(waits)
  tell(waits)
  // A step that others are under way in says nothing by itself.
  tell(trace(1, { ...open_, steps: [...waits.steps, { step: '1.1', ...step, outcome: 'running' }] }))
  tell(trace(1))
  expect(told.map(({ outcome }) => outcome)).toEqual(['waiting', 'done'])
})

test('who looks on is told once a second, with all rules that there is something new of', async () => {
  const { clock, traces, tell } = open()
  const news: (readonly string[])[] = []
  const stop = tracesNow(traces, (rules) => news.push(rules), clock)
  for (let id = 1; id <= 100; id++) tell(trace(id, { rule: id % 2 === 0 ? 'a' : 'b' }))
  expect(news).toEqual([])
  await clock.advance(1000)
  expect(news).toEqual([['b', 'a']])
  await clock.advance(5000)
  expect(news).toHaveLength(1)
  tell(trace(101))
  stop()
  await clock.advance(5000)
  expect(news).toHaveLength(1)
})

test('what a name tells to be secret is masked, long texts and lists are cut, and the rest stands', () => {
  const same = <Value>(value: Value) => value
  const shown = seemly(
    {
      headers: { authorization: 'abc', access_token: 'x', api_key: 7, chapter_key: '01' },
      to: ['http://h/api/webhook/abc', 'https://hooks.slack.com/services/T/B/x', 'http://u/x?y=z', '/hook/k'],
      long: 'a'.repeat(10_000),
      many: Array.from({ length: 1000 }, (_, index) => index),
      nothing: null,
    } as unknown,
    same,
  )
  expect(shown).toEqual({
    headers: { authorization: '***', access_token: '***', api_key: '***', chapter_key: '01' },
    to: ['http://h/api/webhook/…', 'https://hooks.slack.com/…', 'http://u/x?…', '/hook/…'],
    long: `${'a'.repeat(500)}…`,
    many: [...Array.from({ length: 30 }, (_, index) => index), '… and 970 more'],
    nothing: null,
  })
})
