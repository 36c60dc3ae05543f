import { describe, expect, test } from 'vitest'
import { createRedactor } from '../../src/log/redactor.ts'
import { saidOnBroker } from '../../src/wiring/broker-log.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

function subject(level: 'debug' | 'info' | 'warn' | 'error' = 'info') {
  const clock = new VirtualClock()
  const written = recordingLog()
  const redactor = createRedactor()
  const said: { level: string; message: string; at: string; part?: string }[] = []
  const { log, publishWith } = saidOnBroker({ log: written, level, redact: redactor.redact, clock })
  const publish = async (payload: string) => void said.push(JSON.parse(payload))
  publishWith(publish)
  return { clock, written, redactor, said, log, publishWith }
}

describe('lines of the log', () => {
  test('are said with level, part and time, and written as before', () => {
    const { log, said, written } = subject()
    log.info('it runs')
    log.for('broker').for('guard').warn('dropped a message', { topic: 'a/b', reason: 'no good' })
    expect(said).toEqual([
      { level: 'info', message: 'it runs', at: '2026-11-21T10:00:00.000+00:00' },
      {
        level: 'warn',
        message: 'dropped a message topic=a/b reason="no good"',
        at: '2026-11-21T10:00:00.000+00:00',
        part: 'broker/guard',
      },
    ])
    expect(written.lines.map(({ message }) => message)).toEqual(['it runs', 'dropped a message'])
  })

  test.each([
    ['debug', ['debug', 'info', 'warn', 'error']],
    ['info', ['info', 'warn', 'error']],
    ['error', ['error']],
  ] as const)('from the level %s on', (level, levels) => {
    const { log, said } = subject(level)
    for (const each of ['debug', 'info', 'warn', 'error'] as const) log[each]('x')
    expect(said.map((line) => line.level)).toEqual(levels)
  })

  test('say no secrets', () => {
    const { log, said, redactor } = subject()
    redactor.add('hunter2hunter2')
    log.warn('signed in as hunter2hunter2', { token: 'abc', url: 'http://u:hunter2hunter2@host/' })
    expect(said[0]?.message).toBe('signed in as *** token=*** url=http://u:***@host/')
  })

  test('are twenty a minute of each level, and then how many more there were', async () => {
    const { log, said, clock } = subject()
    for (let count = 0; count < 25; count++) log.info(`line ${count}`)
    log.warn('heard all the same')
    expect(said).toHaveLength(21)
    await clock.advance(60_000)
    expect(said.slice(21)).toMatchObject([
      { level: 'info', message: '5 more lines of this level were left out here; the log has them' },
    ])
    log.info('again')
    expect(said.at(-1)?.message).toBe('again')
    await clock.advance(600_000)
    expect(said).toHaveLength(23)
  })

  test('are said again at once after the clock was set back', async () => {
    const { log, said, clock } = subject()
    for (let count = 0; count < 25; count++) log.info(`line ${count}`)
    await clock.advance(-3_600_000)
    log.info('an hour earlier')
    expect(said.at(-1)?.message).toBe('an hour earlier')
  })

  test('are cut where they are long', () => {
    const { log, said } = subject()
    log.info('x'.repeat(5000))
    expect(said[0]?.message).toHaveLength(2001)
  })

  test('about the saying of a line are not said, whether it fails or not', async () => {
    const { log, written, publishWith } = subject()
    let tries = 0
    publishWith(async () => {
      tries++
      log.warn('a message was not delivered')
      throw new Error('the broker is away')
    })
    log.info('one')
    log.info('two')
    await new Promise((resolve) => setImmediate(resolve))
    expect(tries).toBe(2)
    expect(written.lines).toHaveLength(4)
  })
})
