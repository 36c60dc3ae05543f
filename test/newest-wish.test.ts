import mqtt from 'mqtt'
import { expect, onTestFinished, test } from 'vitest'
import { listenTo, runApp, until } from './support/running-app.ts'

test('of a slider on the broker and one on the panel the newest value of both holds', async () => {
  const house = await runApp({ doubts: { answersLate: true } })
  onTestFinished(() => house.remove())
  const { app, call } = house
  const heard = await listenTo(app.mqttUrl)
  const client = await mqtt.connectAsync(app.mqttUrl)
  onTestFinished(async () => {
    await client.endAsync(true)
    await heard.stop()
  })
  const player = app.simulator?.players[0]
  if (player === undefined) throw new Error('no simulated player')
  await until('it is there', () => app.hub.player(player.id)?.online === true)
  const answers = () => heard.heard.filter(({ topic }) => topic === 'yoto/bridge/response/set')
  for (const step of [2, 3, 4, 5, 7])
    await client.publishAsync(`yoto/${player.id}/set/volume_step`, String(step), { qos: 1 })
  // It is answered last, and does not wait for the player: by then all before it have come in.
  await client.publishAsync('yoto/nobody/set/volume_step', '1', { qos: 1 })
  await until('they have come in', () => answers().length > 0)
  await call('POST', `/players/${player.id}/volume`, { step: 1 })
  await until('all is answered', () => answers().length === 6)
  expect(answers().map(({ payload }) => JSON.parse(payload).data)).toContainEqual({
    topic: `yoto/${player.id}/set/volume_step`,
    overtaken: true,
  })
  expect(player.snapshot().volume).toBe(1)
})
