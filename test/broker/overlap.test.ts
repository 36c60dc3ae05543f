import { afterEach, expect, test } from 'vitest'
import { startMosquitto } from '../support/mosquitto.ts'
import { testWith } from '../support/programs.ts'
import { embedded, listened, opened, startBridge, stopAll, watch } from './bridge-support.ts'

afterEach(stopAll)

async function mosquitto() {
  const broker = await startMosquitto()
  opened.push(broker)
  return broker
}

for (const [name, start, run] of [
  ['the embedded broker', embedded, test],
  ['Mosquitto', mosquitto, testWith.bind(null, ['mosquitto'])],
] as const)
  run(`on ${name}, a command to a stream called "set" is carried out once`, async () => {
    const broker = await start()
    const observer = await watch(broker.url, 'yoto/#')
    const subject = await startBridge(broker.url)
    await observer.say('yoto/stream/set/set', '{"loop":true}')
    await listened(subject, observer)
    expect(subject.performed.filter(({ kind }) => kind === 'mutate-queue')).toEqual([
      { kind: 'mutate-queue', stream: 'set', mutation: { op: 'settings', settings: { loop: true } } },
    ])
  })
