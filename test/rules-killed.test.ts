/** @module-tag slow */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import mqtt from 'mqtt'
import { expect, onTestFinished } from 'vitest'
import { openStorage } from '../src/storage/storage.ts'
import { startMosquitto } from './support/mosquitto.ts'
import { testWith } from './support/programs.ts'
import { recordingLog } from './support/recording-log.ts'
import { until } from './support/running-app.ts'

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const rules = `vars: {steps: {start: 0, max: 100}}
inputs: {party: {type: switch}}
rules:
  waits:
    when:
      - input: {name: party, to: true}
    do:
      - set: {steps: vars.steps + 1}
      - mqtt: {topic: house/before, payload: "\${vars.steps}"}
      - wait: 3s
      - set: {steps: vars.steps + 1}
      - mqtt: {topic: house/behind, payload: "\${vars.steps}"}
`

/** The built product on a broker that outlives it. */
function launch(folder: string, broker: string) {
  const child = spawn(process.execPath, [main, '--data', folder], {
    cwd: folder,
    env: {
      PATH: process.env.PATH ?? '',
      YOTO_STREAM_PANEL_PORT: '0',
      YOTO_STREAM_MEDIA_PORT: '0',
      YOTO_STREAM_MEDIA_HOST: '127.0.0.1',
      YOTO_STREAM_MQTT_URL: broker,
      YOTO_STREAM_SIMULATE: 'never',
    },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  const hear = (chunk: Buffer) => {
    said += chunk.toString()
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  const ended = once(child, 'close')
  return {
    isRunning: () => until('it runs', () => said.includes('is running')),
    /** As a person in the panel does it. */
    async set(input: string, value: boolean) {
      const [, panel] = /Panel, REST +(http:\S+)/.exec(said) ?? []
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify({ value })
      const answer = await fetch(`${panel}/api/inputs/${input}`, { method: 'PUT', headers, body })
      expect(answer.status).toBe(200)
    },
    async end(signal: 'SIGKILL' | 'SIGTERM') {
      child.kill(signal)
      await ended
    },
  }
}

async function stepsIn(folder: string): Promise<unknown> {
  const storage = await openStorage({ url: 'sqlite', folder, log: recordingLog(), readOnly: true })
  const steps = await storage.collection('vars').get('steps')
  await storage.close()
  return steps
}

testWith(['mosquitto'], 'a rule that waits while the product is killed does each thing once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rules-killed-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, 'config'))
  await writeFile(join(folder, 'config', 'house.yaml'), rules)
  const broker = await startMosquitto()
  onTestFinished(() => broker.stop())
  const client = await mqtt.connectAsync(broker.url)
  onTestFinished(() => void client.end(true))
  const heard: string[] = []
  client.on('message', (topic, payload) => heard.push(`${topic} ${payload}`))
  await client.subscribeAsync('house/#', { qos: 1 })

  const first = launch(folder, broker.url)
  await first.isRunning()
  await first.set('party', true)
  await until('the rule has begun', () => heard.length > 0)
  // Now it waits, or is about to; what follows is the same.
  await new Promise((resolve) => setTimeout(resolve, 500))
  await first.end('SIGKILL')

  const second = launch(folder, broker.url)
  await until('the rule has gone on', () => heard.length > 1)
  await second.isRunning()
  await second.end('SIGKILL')
  const third = launch(folder, broker.url)
  await third.isRunning()
  await new Promise((resolve) => setTimeout(resolve, 500))
  await third.end('SIGTERM')
  expect(heard).toEqual(['house/before 1', 'house/behind 2'])
  expect(await stepsIn(folder)).toBe(2)
})
