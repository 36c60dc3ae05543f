import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runApp, until } from './support/running-app.ts'

const rules = `playlists:
  morning: [music/good-morning.mp3]
inputs:
  evening: {type: switch}
  start: {type: switch}
schedules:
  bedroom: {default: morning}
rules:
  quieter:
    player: ysimNurseryMini000000001
    when: [{input: {name: evening, to: true}}]
    do: [{volume: {to: 2, over: 2m}}]
  play:
    player: ysimNurseryMini000000001
    stream: bedroom
    when: [{input: {name: start, to: true}}]
    do: [{play: morning}, {log: it plays}]
  heard:
    when: [{stream: requested}]
    do: [{log: "\${trigger.stream} is asked for"}]
`

async function running(pace: number) {
  const data = await mkdtemp(join(tmpdir(), 'yoto-players-'))
  await mkdir(join(data, 'config'))
  await writeFile(join(data, 'config', 'house.yaml'), rules)
  const house = await runApp({ data, pace })
  onTestFinished(() => house.remove())
  const player = house.app.simulator?.players.find(({ id }) => id === 'ysimNurseryMini000000001')
  if (player === undefined) throw new Error('no simulated player')
  const heard: (number | null)[] = []
  house.app.hub.subscribe('the test', (change) => {
    if (change.kind !== 'player' || change.player.id !== player.id) return
    const { volume_step } = change.player
    if (volume_step !== heard.at(-1)) heard.push(volume_step)
  })
  return { ...house, player, heard, state: () => house.app.hub.player(player.id) }
}

test('a rule has a player play the card of a stream', async () => {
  const { app, call, log, state } = await running(10)
  await until('the player is there', () => state()?.online === true)
  expect(await call('PUT', '/inputs/start', { value: true })).toMatchObject({ status: 200 })
  const said = () => log.lines.map(({ message }) => message)
  await until('the rule is through', () => said().includes('it plays'))
  await until('it plays', () => state()?.playback === 'playing')
  await until('it has asked', () => said().includes('bedroom is asked for'))
  expect(app.cards.byCard(state()?.card_id ?? '')?.stream).toBe('bedroom')
}, 60_000)

test('a rule turns a player down one step after the other, until a hand says no', {
  tags: 'slow',
}, async () => {
  const { call, log, player, heard, state } = await running(10)
  await until('the player is there', () => state()?.online === true && state()?.volume_step !== null)
  await call('POST', `/players/${player.id}/volume`, { step: 6 })
  await until('it is at 6', () => state()?.volume_step === 6)
  heard.length = 0
  heard.push(6)
  await call('PUT', '/inputs/evening', { value: true })
  await until('it is at 4', () => state()?.volume_step === 4)
  await player.turn('left', 3)
  await until('it is at 7', () => state()?.volume_step === 7)
  await until('the rule gives in', () =>
    log.lines.some(({ message }) => message.includes('is not taken to 2: somebody set it to')),
  )
  expect(heard.slice(0, 3)).toEqual([6, 5, 4])
  expect(state()?.volume_step).toBe(7)
})
