import { expect, test } from 'vitest'
import { emptyQueue, type Queue } from '../../src/core/queue.ts'
import { actions, conditions, triggers } from '../../src/rules/catalog.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { createRegistry } from '../../src/rules/registry.ts'
import { namedAudio, usersOf } from '../../src/wiring/library-users.ts'

const text = `
playlists:
  evening:
    - music/one.mp3
    - music/two.mp3
  all:
    folder: music
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
`

async function users(file: string, queues: readonly Queue[] = []) {
  const { ruleSet, diagnostics } = await readRuleFiles([{ file: 'bed.yaml', text }], {
    registry: createRegistry({ triggers, conditions, actions }),
    fileExists: async () => true,
    topicFault: () => null,
  })
  expect(diagnostics.filter(({ level }) => level === 'error')).toEqual([])
  const presets = [{ ...emptyQueue('party'), files: ['music/saved.mp3'] }]
  return usersOf(file, namedAudio({ queues, presets, ruleSet }))
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

test('a file is named by presets', async () => {
  expect(await users('music/saved.mp3')).toEqual([{ kind: 'preset', name: 'party', place: 'file 1' }])
})

test('a file is named by queues, by what is heard instead of them, and by rules', async () => {
  expect(await users('music/two.mp3', [queue])).toEqual([
    { kind: 'stream', name: 'bath', place: 'item 1' },
    { kind: 'stream', name: 'bath', place: 'item 3' },
    { kind: 'playlist', name: 'evening', place: 'entry 2' },
  ])
  expect(await users('music/one.mp3')).toEqual([
    { kind: 'playlist', name: 'evening', place: 'entry 1' },
    { kind: 'rule', name: 'forest-on-right', place: expect.stringMatching(/^bed\.yaml:\d+$/) },
  ])
  expect(await users('clips/sleep.mp3', [queue])).toEqual([
    { kind: 'if_pressed', name: 'bath', place: null },
    { kind: 'schedule', name: 'bedroom', place: 'slot night' },
  ])
})

test('a part of a file needs the file', async () => {
  expect(await users('book.m4b', [queue])).toEqual([{ kind: 'stream', name: 'bath', place: 'item 2' }])
})

test('a playlist of a whole folder needs none of its files', async () => {
  expect(await users('music/three.mp3')).toEqual([])
  expect(await users('music')).toEqual([])
})
