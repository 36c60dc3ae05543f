import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadOptions } from '../../src/options.ts'
import { cardCalls, cardFlags } from '../../src/wiring/card-calls.ts'
import { cardCommand } from '../../src/wiring/card-command.ts'
import { openControl } from '../../src/wiring/control-socket.ts'
import { recordingLog } from '../support/recording-log.ts'
import { type RunningApp, runApp } from '../support/running-app.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

let house: RunningApp

beforeAll(async () => {
  house = await runApp()
})

afterAll(() => house.remove())

async function card(words: readonly string[], data = house.data) {
  const argv = ['card', ...words, '--data', data]
  const loaded = await loadOptions({ argv, env: { TZ: 'UTC' }, cwd: '/', commands: [cardCommand] })
  return cardCommand.run({ ...loaded, shipped: '', cwd: '/', clock: new VirtualClock() })
}

describe('what is written wrong', () => {
  test.each([
    [[], 'command card: found nothing behind it, expected one of list, show, publish'],
    [['lsit'], 'command card: found "lsit", did you mean "list"?'],
    [['list', 'x'], 'command card list: found "x", expected nothing behind it'],
    [['show', 'x', 'y'], 'command card: found "y", expected'],
    [['show'], 'command card show: <card id> is missing'],
    [
      ['rotate-key', 'x', '--title', 'y'],
      'argument --title goes with card publish, card change, not with card rotate-key',
    ],
    [['publish', '--now'], 'argument --now goes with card rotate-key, not with card publish'],
    [
      ['publish', '--stream', 'a', '--chapters', 'x'],
      'command card publish: argument --chapters: found "x", expected a number from 3 to 99',
    ],
    [['list', '--colour', 'x'], 'unknown argument "--colour"'],
  ])('%j', async (words, told) => {
    await expect(card(words)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining(told),
    })
  })
})

describe('what the program says no to', () => {
  test.each([
    [
      ['publish'],
      'command card publish: stream: is missing; name what the card plays, by "stream" or by "story"',
    ],
    [['publish', '--stream', 'a', '--kind', 'moon'], 'command card publish: '],
    [['publish', '--stream', 'a', '--chapters', '200'], 'command card publish: '],
    [['publish', '--story', 'nope'], 'command card publish: there is no story "nope"'],
    [['check-address', 'nobody'], 'command card check-address: there is no player "nobody"'],
    [['show', '../health'], 'command card show: there is no published card "../health"'],
    [['change', 'x?y=1#', '--title', 'y'], 'command card change: there is no published card "x?y=1#"'],
  ])('%j', async (words, told) => {
    await expect(card(words)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining(told),
    })
  })
})

test('the answer of REST is given as it is with --json, and in words without', async () => {
  const { card_id } = JSON.parse((await card(['publish', '--stream', 'attic', '--json'])).answer)
  const told = await house.call('GET', `/cards/${card_id}`)
  expect(JSON.parse((await card(['show', card_id, '--json'])).answer)).toEqual(told.body)
  expect((await card(['show', card_id])).answer).toContain('stream: attic\n')
})

test('what somebody else wrote does not reach the terminal as it is', async () => {
  const made = await house.call('POST', '/cards', { stream: 'attic', title: 'a\u001b[2Jb' })
  const { card_id } = made.body as { card_id: string }
  for (const words of [['list'], ['account'], ['show', card_id]])
    expect((await card(words)).answer).not.toContain('\u001b')
})

test('a data folder without a program, and one whose path has no room for a socket', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'yoto-none-'))
  try {
    await expect(card(['list'], folder)).rejects.toThrow('command card list: no program is running')
    const deep = join(folder, 'd'.repeat(120))
    await expect(card(['list'], deep)).rejects.toThrow('too long for a socket')
    const log = recordingLog()
    expect(await openControl(deep, log)).toBeNull()
    expect(log.lines).toMatchObject([
      { level: 'warn', detail: { reason: expect.stringContaining('too long') } },
    ])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('every call has its flags among those of card, and every flag belongs to a call', () => {
  const used = new Set(cardCalls.flatMap(({ flags = [] }) => flags))
  expect([...used].sort()).toEqual(Object.keys(cardFlags).sort())
})
