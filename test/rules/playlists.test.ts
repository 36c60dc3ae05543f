import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Library } from '../../src/audio/library/library.ts'
import { systemClock } from '../../src/core/clock.ts'
import { contentFiles, dailyOrder } from '../../src/rules/playlists.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { recordingLog } from '../support/recording-log.ts'
import { readingOf } from '../support/rules.ts'

const files = ['a.mp3', 'b.mp3', 'c.mp3', 'd.mp3', 'e.mp3', 'f.mp3', 'g.mp3', 'h.mp3']

async function playlistsIn(text: string) {
  const { ruleSet, diagnostics } = await readRuleFiles([{ file: 'a.yaml', text }], readingOf())
  return { playlists: ruleSet.playlists, said: diagnostics.map(({ code, message }) => `${code} ${message}`) }
}

const library = {
  find: async () => ({ state: 'ready' }) as const,
  filesIn: async () => files,
  newestFirst: async (names: readonly string[]) => names.toReversed(),
}

test('a mixed playlist has one order for a day, and another on the next', async () => {
  const { playlists } = await playlistsIn('playlists: {night: {folder: music, shuffle: true}}\n')
  const on = (day: string) =>
    contentFiles(
      'night',
      playlists,
      library,
      dailyOrder(() => day),
    )
  const today = await on('2026-11-22')
  expect(today.toSorted()).toEqual(files)
  expect(today).not.toEqual(files)
  expect(await on('2026-11-22')).toEqual(today)
  expect(await on('2026-11-23')).not.toEqual(today)
})

test('`newest` takes so many of the folder, behind the files that are named', async () => {
  const { playlists } = await playlistsIn('playlists: {news: {files: [x.mp3], folder: music, newest: 3}}\n')
  expect(await contentFiles('news', playlists, library)).toEqual(['x.mp3', 'h.mp3', 'g.mp3', 'f.mp3'])
})

test('`newest` without a folder is an error', async () => {
  const { said } = await playlistsIn('playlists: {news: {files: [x.mp3], newest: 3}}\n')
  expect(said).toEqual(['key/missing `newest` takes the newest files of a `folder`, and none is named'])
})

test('the library tells when its files were changed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'yoto-newest-'))
  const at = (minutes: number) => new Date(Date.UTC(2026, 10, 22, 10, minutes))
  for (const [name, minutes] of [
    ['old.mp3', 1],
    ['new.mp3', 2],
  ] as const) {
    await writeFile(join(folder, name), 'x')
    await utimes(join(folder, name), at(minutes), at(minutes))
  }
  const real = new Library({ folders: [folder], clock: systemClock, log: recordingLog() })
  const times = await real.changedAt(['new.mp3', 'old.mp3', 'gone.mp3'])
  expect(Object.fromEntries(times)).toEqual({
    'new.mp3': at(2).getTime(),
    'old.mp3': at(1).getTime(),
  })
  await rm(folder, { recursive: true })
})
