import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { loadOptions } from '../../src/options.ts'
import { LocalBroker } from '../../src/wiring/local-broker.ts'
import { Problems } from '../../src/wiring/problems.ts'
import { recordingLog } from '../support/recording-log.ts'
import { readBook } from '../support/rule-book.ts'
import { runApp } from '../support/running-app.ts'

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
})

async function localBroker(): Promise<LocalBroker> {
  const { options } = await loadOptions({ argv: [], env: { TZ: 'UTC' }, cwd: '/' })
  return new LocalBroker({
    options: options.mqtt,
    embedded: true,
    supervisor: null,
    hide: () => undefined,
    instance: 'abc',
    clock: systemClock,
    random: () => 0,
    log: recordingLog(),
  })
}

/** What is said of a file with a rule that publishes there, and the rules that run. */
async function read(topic: string, written = (rule: string) => rule) {
  const folder = await mkdtemp(join(tmpdir(), 'rule-topics-'))
  folders.push(folder)
  await mkdir(join(folder, 'lamps'))
  const rule = `rules:\n  lamp:\n    when:\n      - startup:\n    do:\n      - mqtt: {payload: "ON", topic: ${topic}}\n`
  await writeFile(join(folder, 'lamps', 'night.yaml'), written(rule))
  const broker = await localBroker()
  const problems = new Problems()
  const log = recordingLog()
  const book = await readBook({
    folder,
    topicFault: (...asked) => broker.topicFault(...asked),
    problems,
    log,
  })
  const { rules } = book.current
  return { rules, said: log.lines.map(({ message }) => message).join('\n'), problems: problems.list() }
}

test('a rule that would say over what the product says is refused where it stands, with the way out', async () => {
  const { rules, said, problems } = await read('yoto/abc/state')
  expect(rules).toEqual([])
  expect(said).toContain(
    'lamps/night.yaml:6:38 error[ref/topic] rules do not publish below "yoto/": the topics there are the product\'s own',
  )
  expect(said).toContain('use another action, as `queue` for what a stream plays')
  expect(problems).toEqual([expect.stringContaining('rules do not publish below "yoto/"')])
})

const unfit = 'MQTT cannot carry a message under this topic'

test.each([
  ['the commands of a stream', 'yoto/stream/bedroom/set', 'rules do not publish below "yoto/"'],
  ['a request', 'yoto/bridge/request/restart', 'rules do not publish below "yoto/"'],
  ['one of our devices', 'homeassistant/device/yoto_abc/config', 'the product describes its own devices'],
  ['a wildcard', 'home/+/set', unfit],
  ['nothing', '""', unfit],
  ['a control character', '"bell\\a"', unfit],
  ['a topic of 65,536 bytes', 'x'.repeat(65_536), unfit],
])('nor does a rule run that publishes to %s', async (_what, topic, words) => {
  const { rules, said } = await read(topic)
  expect(rules).toEqual([])
  expect(said).toContain(words)
})

test('the household hears of it, under the base topic that it has chosen', async () => {
  const data = await mkdtemp(join(tmpdir(), 'rule-topics-'))
  folders.push(data)
  await mkdir(join(data, 'config'))
  const rule =
    'rules:\n  loud:\n    when:\n      - startup:\n    do:\n      - mqtt: {topic: toys/abc/set, payload: x}\n'
  await writeFile(join(data, 'config', 'loud.yaml'), rule)
  const house = await runApp({ data, env: { YOTO_STREAM_MQTT_BASE_TOPIC: 'toys' } })
  const { body } = await house.call('GET', '/health')
  await house.stop()
  expect(body).toMatchObject({
    problem_names: ['rules/loud.yaml'],
    problems: [expect.stringContaining('rules do not publish below "toys/"')],
  })
})

test('nor does a rule run that listens to what the product says', async () => {
  const when = 'when:\n      - startup:'
  const { rules, said } = await read('home/lamp', (rule) =>
    rule.replace(when, 'when:\n      - mqtt: yoto/input/party/state'),
  )
  expect(rules).toEqual([])
  expect(said).toContain(
    'lamps/night.yaml:4:15 error[ref/topic] rules do not listen below "yoto/": the topics there are the product\'s own',
  )
  expect(said).toContain('use another trigger: `input: party`')
})

test('a rule may publish anywhere else', async () => {
  const { rules, said } = await read('home/nursery/lamp/set')
  expect(rules.map(({ id }) => id)).toEqual(['lamp'])
  expect(said).not.toContain('error')
})

test('a topic that is known only when the rule runs is refused in the same words', async () => {
  const broker = await localBroker()
  await expect(broker.publish('yoto/abc/state', '{}', { retain: true })).rejects.toMatchObject({
    code: 'unprocessable',
    message:
      'rules do not publish below "yoto/": the topics there are the product\'s own; use another action, as `queue` for what a stream plays, or a topic outside "yoto/" that an automation of Home Assistant listens to',
  })
  await expect(broker.publish('home/lamp', 'ON', { retain: true })).rejects.toMatchObject({
    code: 'unavailable',
  })
})
