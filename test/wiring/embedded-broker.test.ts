import { once } from 'node:events'
import { connect as dial } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { observe } from '../broker/support.ts'
import { type RunningApp, runApp } from '../support/running-app.ts'

const opened: { stop(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.stop()
})

async function house(env: Record<string, string> = {}): Promise<RunningApp> {
  const running = await runApp({ env })
  opened.push({ stop: () => running.remove() })
  return running
}

const portOf = ({ app }: RunningApp) => Number(new URL(app.mqttUrl).port)

const listening = ({ log }: RunningApp) =>
  log.lines.map(({ message }) => message).filter((message) => message.startsWith('embedded MQTT broker'))

/** Another address of this machine, as the network would reach it. */
async function reachable(port: number): Promise<boolean> {
  const socket = dial({ port, host: '127.0.0.2' })
  const open = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'error').then(() => false),
  ]).catch(() => false)
  socket.destroy()
  return open
}

test('without a sign-in the embedded broker stays on this machine, and says how to open it', async () => {
  const running = await house()
  const port = portOf(running)
  expect(listening(running)).toEqual([
    `embedded MQTT broker listens on 127.0.0.1:${port}, for this machine only; with mqtt.username and mqtt.password it opens to the network`,
  ])
  expect(await reachable(port)).toBe(false)
  const visitor = await observe(running.app.mqttUrl)
  opened.push({ stop: () => visitor.leave() })
  await visitor.until(({ topic, payload }) => topic === 'yoto/bridge/state' && payload === 'online')
})

test('with one it opens to the network, the product comes in by itself, and others only with the password', async () => {
  const running = await house({ YOTO_STREAM_MQTT_USERNAME: 'ha', YOTO_STREAM_MQTT_PASSWORD: 'let-me-in' })
  const port = portOf(running)
  expect(listening(running)).toEqual([
    `embedded MQTT broker listens on port ${port} of every address, for those who know mqtt.username and mqtt.password`,
  ])
  expect(await reachable(port)).toBe(true)
  await expect(observe(`mqtt://127.0.0.2:${port}`)).rejects.toThrow(/refused|authorized/i)
  const visitor = await observe(running.app.mqttUrl, { username: 'ha', password: 'let-me-in' })
  opened.push({ stop: () => visitor.leave() })
  await visitor.until(({ topic, payload }) => topic === 'yoto/bridge/state' && payload === 'online')
  await visitor.say('yoto/bridge/state', 'offline', { retain: true })
  const [player] = running.app.hub.players()
  await visitor.say(`yoto/${player?.id}/set/volume_step`, '3')
  await visitor.until(({ payload }) => payload.includes('"volume_step":3'))
  expect(visitor.heard('yoto/bridge/state')).toEqual(['online'])
  expect(JSON.stringify(running.log.lines)).not.toContain('let-me-in')
})
