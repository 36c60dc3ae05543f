import { expect, test } from 'vitest'
import { wholeOf } from '../../src/audio/library/parts.ts'
import { emptyQueue, type Queue } from '../../src/core/queue.ts'
import { actions, conditions, triggers } from '../../src/rules/catalog.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { createRegistry } from '../../src/rules/registry.ts'
import { readStories } from '../../src/stories/read/section.ts'
import { namedAudio, usersOf } from '../../src/wiring/library-users.ts'

const text = `
playlists:
  evening:
    - music/one.mp3
    - music/two.mp3
  all:
    folder: music
  wizard:
    folder: book.m4b
  lonely:
    files: [music/one.mp3]
    folder: lonely
schedules:
  bedroom:
    default: evening
    slots:
      night:
        from: "19:00"
        to: "06:00"
        play: none
        if_pressed: clips/sleep.mp3
rules:
  forest-on-right:
    when:
      - button: right
    do:
      - queue: {add: music/one.mp3, stream: bedroom}
stories:
  lantern:
    audio: lantern
    scenes:
      door: {play: door.mp3, ask: in-or-out.mp3, left: attic, right: cellar, silence: attic}
      attic: {play: attic.mp3, again: {say: Again.}, go: cellar}
      cellar: {play: attic.mp3, ending: home}
`

/** As the sources of audio tell them. */
const references = {
  fileInLibrary: (reference: string) =>
    reference.startsWith('clip:') ? null : wholeOf(reference.replace(/^file:/, '')),
  filesIn: async (folder: string) => listed.filter((file) => file.startsWith(`${folder}/`)),
}
const listed = ['lonely/file:last.mp3', 'music/one.mp3', 'music/two.mp3', 'music/three.mp3']

async function users(file: string, queues: readonly Queue[] = []) {
  const { ruleSet, diagnostics } = await readRuleFiles([{ file: 'bed.yaml', text }], {
    registry: createRegistry({ triggers, conditions, actions }),
    stories: readStories,
    fileExists: async () => true,
    topicFault: () => null,
    zone: 'UTC',
  })
  expect(diagnostics.filter(({ level }) => level === 'error')).toEqual([])
  const presets = [{ ...emptyQueue('party'), files: ['music/saved.mp3'] }]
  return usersOf(file, namedAudio({ queues, presets, cards, ruleSet }), references)
}

const queue: Queue = {
  ...emptyQueue('bath'),
  items: [
    { id: 'i1', file: 'music/two.mp3' },
    { id: 'i2', file: 'book.m4b/03' },
    { id: 'i3', file: 'music/two.mp3' },
  ],
  if_pressed: 'clips/sleep.mp3',
}

const cards = [
  {
    title: 'For the car',
    tracks: [
      { title: 'A', plays: { file: 'music/car.mp3' } },
      { title: 'B', plays: { stream: 'music' } },
      { title: 'C', plays: { file: 'music/car.mp3' } },
    ],
  },
  { title: 'Bedroom', tracks: null },
]

test('a file is named by cards of tracks', async () => {
  expect(await users('music/car.mp3')).toEqual([
    { kind: 'card', name: 'For the car', place: 'tracks 1 and 3' },
  ])
})

test('a file is named by presets', async () => {
  expect(await users('music/saved.mp3')).toEqual([{ kind: 'preset', name: 'party', place: 'file 1' }])
})

test('a file is named by queues, by what is heard instead of them, and by rules', async () => {
  expect(await users('music/two.mp3', [queue])).toEqual([
    { kind: 'stream', name: 'bath', place: 'items 1 and 3' },
    { kind: 'playlist', name: 'evening', place: 'entry 2' },
  ])
  expect(await users('music/one.mp3')).toEqual([
    { kind: 'playlist', name: 'evening', place: 'entry 1' },
    { kind: 'playlist', name: 'lonely', place: 'entry 1' },
    { kind: 'rule', name: 'forest-on-right', place: expect.stringMatching(/^bed\.yaml:\d+$/) },
  ])
  expect(await users('clips/sleep.mp3', [queue])).toEqual([
    { kind: 'if_pressed', name: 'bath', place: null },
    { kind: 'schedule', name: 'bedroom', place: 'slot night' },
  ])
})

test('a part of a file needs the file', async () => {
  expect(await users('book.m4b', [queue])).toEqual([
    { kind: 'stream', name: 'bath', place: 'item 2' },
    { kind: 'playlist', name: 'wizard', place: 'folder' },
  ])
})

test('a file is named by whatever leads to it, and not by what leads elsewhere', async () => {
  const items = ['file:clip:x.mp3', 'clip:x.mp3', 'clip:x.mp3/01', 'file:book.m4b/1', 'file:book.m4b/02']
  const odd = { ...emptyQueue('bath'), items: items.map((file, index) => ({ id: `i${index}`, file })) }
  expect(await users('clip:x.mp3', [odd])).toEqual([{ kind: 'stream', name: 'bath', place: 'item 1' }])
  expect(await users('book.m4b', [odd])).toMatchObject([{ place: 'items 4 and 5' }, { place: 'folder' }])
})

test.each([
  [1, 'item 1'],
  [2, 'items 1 and 2'],
  [3, 'items 1, 2 and 3'],
  [4, 'items 1, 2 and 2 more'],
  [129, 'items 1, 2 and 127 more'],
])('of %i items of one queue it is said once: %s', async (count, place) => {
  const items = Array.from({ length: count }, (_, index) => ({ id: `i${index}`, file: 'new.mp3' }))
  expect(await users('new.mp3', [{ ...emptyQueue('bath'), items }])).toEqual([
    { kind: 'stream', name: 'bath', place },
  ])
})

test('a playlist of a whole folder needs the file that is alone there', async () => {
  const only = { kind: 'playlist', name: 'lonely', place: 'folder' }
  expect(await users('lonely/file:last.mp3')).toEqual([only])
  // Others play there, but none below it does.
  expect(await users('lonely/deeper/x.mp3')).toEqual([])
})

test('a playlist of a whole folder needs none of its files', async () => {
  expect(await users('music/three.mp3')).toEqual([])
  expect(await users('music')).toEqual([])
})

test('a file is named by the scenes of a story', async () => {
  expect(await users('lantern/attic.mp3')).toEqual([
    { kind: 'story', name: 'lantern', place: 'scenes attic and cellar' },
  ])
  expect(await users('lantern/in-or-out.mp3')).toEqual([
    { kind: 'story', name: 'lantern', place: 'scene door' },
  ])
})
