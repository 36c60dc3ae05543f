import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { createRegistry } from '../../src/rules/registry.ts'
import type { Playlist } from '../../src/rules/rule-set.ts'
import { PlaylistSources } from '../../src/wiring/playlist-sources.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const options = Type.Object({}, { additionalProperties: false })
const from = (source: string) => ({ source, options: {}, words: source })
const playlists = new Map<string, Playlist>([
  ['party', { id: 'party', entries: ['inner', 'end.mp3'], folder: null, from: from('charts') }],
  ['inner', { id: 'inner', entries: ['start.mp3', 'party'], folder: null }],
  ['charts', { id: 'charts', entries: [], folder: null, from: from('charts') }],
  ['lost', { id: 'lost', entries: [], folder: null, from: { ...from('lost'), options: null } }],
  ['plain', { id: 'plain', entries: ['start.mp3'], folder: null }],
  ['own', { id: 'own', entries: ['plain'], folder: null, from: from('charts') }],
])

function house(list: () => Promise<readonly string[]>) {
  const clock = new VirtualClock()
  const log = recordingLog()
  const registryOf = (listed: typeof list) => ({
    ...createRegistry({ id: 'dj', playlistSources: { charts: { options, list: listed } } }),
    lost: (name: string) => (name === 'lost' ? { plugin: 'gone', file: 'plugins/gone.mjs' } : null),
  })
  let registry = registryOf(list)
  const sources = new PlaylistSources({
    registry: () => registry,
    audio: {
      find: async (file) => ({ state: file.startsWith('no') ? 'missing' : 'ready' }),
      filesIn: async () => [],
    },
    order: (_playlist, files) => files,
    ...{ clock, log },
  })
  const filesOf = async (name: string) => (await sources.ahead(name, playlists))?.()
  const reload = (listed: typeof list) => {
    registry = registryOf(listed)
  }
  return { clock, log, sources, filesOf, reload }
}

test('nobody is asked for a playlist or a file that comes from no source', async () => {
  let asked = 0
  const { sources } = house(async () => {
    asked += 1
    return []
  })
  for (const name of ['plain', 'inner.mp3', 'nothing']) expect(sources.ahead(name, playlists)).toBeNull()
  expect(asked).toBe(0)
})

test('what it lists comes behind the rest of its playlist, without what is not there', async () => {
  const more = Array.from({ length: 12 }, (_, at) => `no-${at}.mp3`)
  const { filesOf, log } = house(async () => ['one.mp3', ...more, 'two.mp3'])
  expect(await filesOf('own')).toEqual(['start.mp3', 'one.mp3', 'two.mp3'])
  const words = log.lines.map(({ level, message }) => `${level} ${message}`)
  expect(words).toHaveLength(11)
  expect(words[0]).toBe(
    'warn plug-in "dj", playlist source `charts`: there is no file "no-0.mp3"; it is left out',
  )
  expect(words[10]).toBe(
    'warn plug-in "dj", playlist source `charts`: 2 more files are not there and left out',
  )
})

test('playlists that contain each other in a circle are refused, as they are without a source', async () => {
  const { filesOf } = house(async () => ['one.mp3'])
  await expect(filesOf('party')).rejects.toThrow('do they contain each other?')
})

test('whoever asks at the same time hears the same answer, and who asks later is answered anew', async () => {
  let asked = 0
  const { filesOf } = house(async () => [`${++asked}.mp3`])
  expect(await Promise.all([filesOf('charts'), filesOf('own')])).toEqual([['1.mp3'], ['start.mp3', '1.mp3']])
  expect(await filesOf('charts')).toEqual(['2.mp3'])
})

test('one that failed is asked again after half a minute, or when its plug-in is another', async () => {
  let asked = 0
  const fails = async () => {
    asked += 1
    throw new Error('no network')
  }
  const { clock, filesOf, reload } = house(fails)
  await expect(filesOf('charts')).rejects.toThrow('no network')
  await clock.advance(29_999)
  await expect(filesOf('own')).rejects.toThrow('no network')
  expect(asked).toBe(1)
  await clock.advance(1)
  await expect(filesOf('charts')).rejects.toThrow('no network')
  expect(asked).toBe(2)
  reload(async () => ['one.mp3'])
  expect(await filesOf('charts')).toEqual(['one.mp3'])
})

test('one whose plug-in is left out is said so', async () => {
  await expect(house(async () => []).filesOf('lost')).rejects.toThrow(
    'playlist "lost" comes from the playlist source `lost`, and its plug-in "gone" is left out; the queue stays as it was',
  )
})
