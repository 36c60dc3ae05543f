import { appendFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Library } from '../../../src/audio/library/library.ts'
import { StillFiles } from '../../../src/audio/library/still-files.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'
import { folderWith, frames } from '../sound.ts'

let folder: string
let library: Library
let clock: VirtualClock

beforeEach(async () => {
  folder = await folderWith({ 'old.mp3': frames(3, 1) })
  // What the disk says of files is the machine's time; a moment later than what lies there already.
  await new Promise((resolve) => setTimeout(resolve, 20))
  clock = new VirtualClock(new Date().toISOString())
  library = new Library({ folders: [folder], still: new StillFiles(clock), clock, log: recordingLog() })
  await new Promise((resolve) => setTimeout(resolve, 20))
})

afterEach(async () => {
  await library.close()
  await rm(folder, { recursive: true })
})

const stateOf = async (name: string) => (await library.find(name)).state
const framesOf = async (name: string) => {
  const lookup = await library.find(name)
  return lookup.state === 'ready' ? lookup.file.frames : null
}

test('what lay there when the run began is there at once', async () => {
  expect(await stateOf('old.mp3')).toBe('ready')
})

test('what still grows is on its way until it has stood still for two seconds between two looks', async () => {
  const path = join(folder, 'new.mp3')
  await writeFile(path, frames(2, 1))
  for (let look = 0; look < 4; look++) {
    expect(await stateOf('new.mp3')).toBe('importing')
    await clock.advance(3_000)
    await appendFile(path, frames(2, 1))
  }
  expect(await stateOf('new.mp3')).toBe('importing')
  await clock.advance(1_900)
  expect(await stateOf('new.mp3')).toBe('importing')
  await clock.advance(200)
  expect(await framesOf('new.mp3')).toBe(10)
})

test('a file whose time is put back while it is written is noticed all the same', async () => {
  const path = join(folder, 'new.mp3')
  await writeFile(path, frames(2, 1))
  await utimes(path, new Date(0), new Date(0))
  expect(await stateOf('new.mp3')).toBe('importing')
  expect((await stat(path)).mtimeMs).toBe(0)
})

test('what was there for a minute, or lands in one step, is there at once', async () => {
  await writeFile(join(folder, '.upload'), frames(7, 1))
  await rename(join(folder, '.upload'), join(folder, 'up.mp3'))
  await library.landed('up.mp3')
  expect(await framesOf('up.mp3')).toBe(7)
  await writeFile(join(folder, 'slow.mp3'), frames(5, 1))
  await clock.advance(61_000)
  expect(await framesOf('slow.mp3')).toBe(5)
})
