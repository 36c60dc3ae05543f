import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runApp } from './support/running-app.ts'
import { VirtualClock } from './support/virtual-clock.ts'

const hours = 2
const minuteMs = 60_000
const rules = `vars: {never: false}
rules:
  waits-for-the-night: {when: [{every: 1m}], if: now.hour == 3, do: [{log: never}]}
  asks: {when: [{every: 1m}], do: [{log: never, if: vars.never}]}
  breakfast: {when: [{time: "07:00"}], do: [{log: breakfast}]}
`

test('the log of a quiet day stays under a hundred lines, though rules ask for each of its minutes', {
  tags: 'slow',
  timeout: 120_000,
}, async () => {
  const data = await mkdtemp(join(tmpdir(), 'yoto-quiet-day-'))
  onTestFinished(() => rm(data, { recursive: true, force: true }))
  await mkdir(join(data, 'config'), { recursive: true })
  await writeFile(join(data, 'config', 'minutes.yaml'), rules)
  const clock = new VirtualClock('2026-11-24T05:30:00Z')
  const starting = setInterval(() => void clock.advance(50), 5)
  const running = await runApp({ clock, data }).finally(() => clearInterval(starting))
  onTestFinished(() => running.remove())
  const { call, log } = running
  const before = log.lines.length
  for (let minute = 0; minute < hours * 60; minute++) await clock.advance(minuteMs)
  const told = log.lines.slice(before).filter(({ level }) => level !== 'debug')
  const lines = told.map(({ message }) => message)
  expect(lines).toContain('breakfast')
  expect(lines).toContain('rule "breakfast" runs')
  expect(lines).toContain('rule "asks" runs')
  expect(lines.length, lines.slice(-20).join('\n')).toBeLessThan((100 * hours) / 24)
  const traces = async (rule: string) => JSON.stringify((await call('GET', `/rules/${rule}/traces`)).body)
  expect(await traces('waits-for-the-night')).toContain('its condition `now.hour == 3` does not hold')
})
