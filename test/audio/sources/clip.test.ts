import { afterEach, expect, test } from 'vitest'
import { Library } from '../../../src/audio/library/library.ts'
import { clip } from '../../../src/audio/sources/clip.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { readPage } from '../../docs/page.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { shipped } from '../../support/running-app.ts'
import { shippedNames } from '../sound.ts'

const log = recordingLog()
const library = new Library({ folders: [], log })
const source = clip.open({
  ...{ library, shipped, log, clock: systemClock },
  libraryOf: (folder) => new Library({ folders: [folder], log }),
})

afterEach(() => source.close?.())

test('all sounds that come with the product are there by name, though the library is empty', async () => {
  const names = await source.names?.()
  expect(names?.toSorted()).toEqual(shippedNames.map((name) => name.replace(/^.*\/|\.mp3$/g, '')).toSorted())
  for (const name of names ?? []) {
    const found = await source.find(name)
    if (found.state !== 'ready') return expect.unreachable(`${name} is ${found.state}`)
    expect(found.file).toMatchObject({ file: name, firstFrame: 0 })
    const shared = await source.open(found.file)
    expect((await shared.read(0, 384)).readUInt16BE(0)).toBe(0xfffb)
    shared.close()
  }
})

test('the examples of the catalog are among them', async () => {
  for (const example of clip.examples)
    expect(await source.find(example.replace('clip:', '')), example).toMatchObject({ state: 'ready' })
})

test('the documentation names them all', async () => {
  const named = readPage('docs/library.md').text.matchAll(/`clip:([a-z-]+)`/g)
  const names = new Set(await source.names?.())
  expect(new Set([...named].map(([, name]) => name))).toEqual(names)
})

test('nothing else of the folder or outside of it is', async () => {
  for (const name of [
    '',
    'nope',
    '../bedroom',
    'clips/nothing-here-yet',
    'sea.mp3',
    '../../package',
    '__proto__',
  ])
    expect(await source.find(name), name).toEqual({ state: 'missing' })
})
