import { test } from 'vitest'
import { startMosquitto } from '../support/mosquitto.ts'
import { testWith } from '../support/programs.ts'
import { embedded, listened, opened, settled, type startBridge } from './bridge-support.ts'
import { poorBroker } from './poor-broker.ts'
import type { Observer } from './support.ts'

export type Subject = Awaited<ReturnType<typeof startBridge>>

/** The broker as everybody reaches it, and as our product does. */
export interface Ways {
  readonly url: string
  readonly ours: string
}

async function embeddedWays(): Promise<Ways> {
  const { url } = await embedded()
  return { url, ours: url }
}

export async function runMosquitto() {
  const broker = await startMosquitto()
  opened.push(broker)
  return broker
}

export async function mosquitto(lack?: Parameters<typeof poorBroker>[1]): Promise<Ways> {
  const broker = await runMosquitto()
  if (lack === undefined) return { url: broker.url, ours: broker.url }
  const poor = await poorBroker(broker.port, lack)
  opened.push(poor)
  return { url: broker.url, ours: poor.url }
}

export const withMosquitto = (name: string, run: () => Promise<void>) => testWith(['mosquitto'], name, run)
export const brokers = [
  ['the embedded broker', embeddedWays, test],
  ['Mosquitto with MQTT 5', () => mosquitto(), withMosquitto],
  ['Mosquitto with MQTT 3.1.1', () => mosquitto('MQTT 5'), withMosquitto],
  ['a Mosquitto that ignores noLocal', () => mosquitto('noLocal'), withMosquitto],
] as const

/** Resolves when all that was said so far by anybody has been heard by the subject, and its answer by the observer. */
export async function quiet(subject: Subject, observer: Observer): Promise<void> {
  await listened(subject, observer)
  await settled(subject, observer)
}

/** Virtual seconds, with a turn for the broker after each. */
export async function seconds(count: number, subject: Subject, observer: Observer): Promise<void> {
  for (let second = 0; second < count; second += 1) {
    await subject.clock.advance(1000)
    await settled(subject, observer)
  }
}
