import { afterEach, expect, test } from 'vitest'
import { restartWith } from '../../src/wiring/restart.ts'
import { type FakeSupervisor, fakeSupervisor, type Told } from '../support/fake-supervisor.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const opened: FakeSupervisor[] = []
afterEach(async () => {
  for (const each of opened.splice(0)) await each.stop()
})

async function house(told: Told) {
  const fake = await fakeSupervisor(told)
  opened.push(fake)
  const clock = new VirtualClock()
  const log = recordingLog()
  return { fake, clock, log, restart: () => restartWith({ supervisor: fake.supervisor, clock, log }) }
}

const calls = ({ asked }: FakeSupervisor) => asked.map((line) => line.split(' ').slice(0, 2).join(' '))

async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 3000; !holds(); ) {
    if (Date.now() > end) throw new Error('it did not happen within three seconds')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

test('the Supervisor restarts this app, a moment after whoever asked was told', async () => {
  const { fake, clock, restart } = await house({ status: 200, body: '{"result":"ok"}' })
  await restart()
  expect(fake.asked).toEqual(['GET /addons/self/info Bearer supervisor-token'])
  await clock.advance(500)
  await until(() => fake.asked.length === 2)
  expect(calls(fake)).toEqual(['GET /addons/self/info', 'POST /addons/self/restart'])
})

test('who is not let in is told so, and nothing ends', async () => {
  const { fake, clock, restart } = await house({ status: 403, body: '{}' })
  await expect(restart()).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('403'),
  })
  await clock.advance(5000)
  expect(calls(fake)).toEqual(['GET /addons/self/info'])
})

test('a restart that the Supervisor refuses after all stands in the log', async () => {
  const { fake, clock, log, restart } = await house({ status: 200, body: '{}' })
  await restart()
  fake.answer({ status: 500, body: '{}' })
  await clock.advance(500)
  await until(() => log.lines.some(({ level }) => level === 'error'))
  expect(log.lines.at(-1)).toMatchObject({ message: expect.stringContaining('did not restart') })
})

test('a program that Home Assistant did not start goes on, for nobody would start it again', async () => {
  const restart = restartWith({ supervisor: null, clock: new VirtualClock(), log: recordingLog() })
  await expect(restart).rejects.toMatchObject({
    code: 'disabled',
    message: expect.stringContaining('nothing would start this program again'),
  })
})
