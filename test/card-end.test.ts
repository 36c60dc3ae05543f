import { afterEach, expect, test } from 'vitest'
import { listenTo, type RunningApp, runApp, until } from './support/running-app.ts'

let house: RunningApp

afterEach(() => house.remove())

test('a queue that comes to its end takes no card out; a hand does', async () => {
  house = await runApp({ pace: 60 })
  const { hub, simulator, mqttUrl, cards } = house.app
  const player = simulator?.players[0]
  const card = cards.list()[0]?.card_id
  if (player === undefined || card == null) throw new Error('there is no player or no card')
  await hub.mutateQueue(
    'bedroom',
    { op: 'replace', files: ['stories/crossroads.mp3'], playlist: null },
    'REST',
  )
  const { heard, stop } = await listenTo(mqttUrl)
  const cardEvents = () =>
    heard.flatMap(({ topic, payload }) => {
      if (topic !== `yoto/${player.id}/event`) return []
      const { type } = JSON.parse(payload)
      return type.startsWith('card_') ? [type] : []
    })
  await player.insert(card)
  await until('it has come to its end', () => {
    const state = hub.player(player.id)
    return state?.playback === 'stopped' && state.card_id === null && state.card_inserted === 'physical'
  })
  expect(cardEvents()).toEqual(['card_inserted'])
  await player.remove()
  await expect.poll(cardEvents, { timeout: 20_000 }).toEqual(['card_inserted', 'card_removed'])
  await stop()
}, 40_000)
