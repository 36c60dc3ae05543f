import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { Library } from '../../../src/audio/library/library.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'
import { folderWith, frames } from '../sound.ts'

async function libraryOf(files: Record<string, Uint8Array>) {
  const folder = await folderWith(files)
  const log = recordingLog()
  const library = new Library({ folders: [folder], log, clock: new VirtualClock() })
  onTestFinished(async () => {
    await library.close()
    await rm(folder, { recursive: true })
  })
  return { folder, library, log, said: () => log.lines.map(({ level, detail }) => [level, detail?.file]) }
}

test('is left out, and the log says so once, with the name and why', async () => {
  const { library, log, said } = await libraryOf({
    'good.mp3': frames(1),
    '%2e%2e.mp3': frames(1),
    'two\nlines.mp3': frames(1),
    'back\\slash/in.mp3': frames(1),
    'stories/\u001b[31mred.mp3': frames(1),
    '%2e.txt': frames(1),
    '.hidden\n.mp3': frames(1),
  })
  for (let looks = 0; looks < 3; looks++) expect((await library.list()).length).toBe(1)
  expect(said().sort()).toEqual([
    ['warn', '%2e%2e.mp3'],
    ['warn', 'back\\slash'],
    ['warn', 'stories/%1B[31mred.mp3'],
    ['warn', 'two%0Alines.mp3'],
  ])
  expect(log.lines[0]?.detail?.reason).toMatch(/rename it/)
})

test('is left out where its bytes are not UTF-8, and told with them', async () => {
  const { folder, library, log, said } = await libraryOf({ 'stories/\ufffd good.mp3': frames(1) })
  const at = (name: string) => Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, 'latin1')])
  await writeFile(at('stories/M\xe4rchen.mp3'), frames(1))
  await writeFile(at('stories/M\xe4rchen.txt'), 'no audio')
  await mkdir(at('M\xfcsik'))
  for (let looks = 0; looks < 3; looks++)
    expect((await library.list()).map(({ file }) => file)).toEqual(['stories/\ufffd good.mp3'])
  expect(said().sort()).toEqual([
    ['warn', 'M\\xfcsik'],
    ['warn', 'stories/M\\xe4rchen.mp3'],
  ])
  expect(log.lines[0]?.detail?.reason).toMatch(/UTF-8/)
  await writeFile(join(folder, 'later.mp3'), frames(1))
  expect(await library.list()).toHaveLength(2)
})
