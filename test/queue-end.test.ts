import { expect, test } from 'vitest'
import { decode } from './audio/decode.ts'
import { testWith } from './support/programs.ts'
import { scheduledHouse, songMs } from './support/scheduled-house.ts'

/** The queue card of a stream with one song, which a player has heard to its end. */
async function heardToItsEnd() {
  const house = await scheduledHouse('playlists: {songs: [a.mp3]}', '2065-01-15T20:00:00Z')
  await house.house().call('POST', '/streams/bedroom/queue', { files: ['a.mp3'] })
  expect((await house.fetched('bedroom', 'start')).songs).toBe('a')
  await house.pass(songMs)
  return house
}

const spoken = async (house: Awaited<ReturnType<typeof heardToItsEnd>>) => {
  await house.mutate('bedroom', { op: 'clear' })
  return (await house.fetched('bedroom', 'start')).bytes
}

test('a queue that comes to its end ends in silence, and a press begins it again', async () => {
  const house = await heardToItsEnd()
  const end = await house.fetched('bedroom', 'now-a')
  expect(end.status).toBe(200)
  expect(new Set(end.bytes).size).toBeLessThan(6)
  expect((await house.fetched('bedroom', 'left-a')).songs).toBe('a')
})

test('after the silence there is nothing more, and nothing is said', async () => {
  const house = await heardToItsEnd()
  await house.fetched('bedroom', 'now-a')
  await house.pass(30_000)
  expect((await house.fetched('bedroom', 'now-b')).status).toBe(404)
})

test('a card that is put in while there is nothing to play is told so', async () => {
  const house = await heardToItsEnd()
  const { bytes } = await house.fetched('bedroom', 'now-a')
  const said = await spoken(house)
  expect(said.equals(bytes)).toBe(false)
  expect(new Set(said).size).toBeGreaterThan(100)
})

testWith(['ffmpeg'], 'the silence is audio that a player takes without a word', async () => {
  const house = await heardToItsEnd()
  const { bytes } = await house.fetched('bedroom', 'now-a')
  const { said, samples } = await decode(bytes)
  expect(said).toBe('')
  expect(samples).toBeGreaterThan(25 * 48_000)
})
