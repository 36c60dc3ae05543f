import { mkdtempSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { AppError } from '../../src/core/error.ts'
import { openStorage } from '../../src/storage/storage.ts'
import { storeProblem } from '../../src/wiring/store-problem.ts'
import { recordingLog } from '../support/recording-log.ts'
import { runApp } from '../support/running-app.ts'
import { canMount, smallDisk } from '../support/small-disk.ts'

// Only a machine with much else to do needs as long.
const within = { timeout: 30_000 }

test('a write that fails is told, and the next that succeeds', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'store-'))
  const told: (string | null)[] = []
  const wrote = (fault: AppError | null) => told.push(fault === null ? null : fault.message)
  const storage = await openStorage({ url: 'sqlite', folder, log: recordingLog(), wrote })
  onTestFinished(async () => {
    await storage.close()
    await rm(folder, { recursive: true })
  })
  const values = storage.collection<unknown>('values')
  await values.set('a', 1)
  await expect(values.set('a', 1n)).rejects.toBeInstanceOf(AppError)
  await values.get('a')
  await values.delete('a')
  expect(told).toEqual([null, 'the store could not write to "values"', null])
})

test('other failures are said in the words of the store', () => {
  expect(storeProblem(new AppError('unavailable', 'the store could not write'))).toBe(
    'nothing was kept of the last change: the store could not write',
  )
})

test('a full disk of the data folder is a problem until there is room on it again', async (context) => {
  if (!canMount()) return context.skip('a disk cannot be mounted')
  const { folder: disk } = smallDisk('48m')
  const house = await runApp({ data: join(disk, 'data') })
  onTestFinished(() => house.remove())
  /** Status of a change, and the health behind it. */
  const change = async () => {
    const { status } = await house.call('POST', '/streams/bedtime/queue', { files: ['stories/sea.mp3'] })
    return [status, (await house.call('GET', '/health')).body]
  }
  const healthy = { problem_names: expect.not.arrayContaining(['store']) }
  expect(await change()).toMatchObject([200, healthy])
  const filler = join(disk, 'filler.bin')
  await writeFile(filler, Buffer.alloc(64 * 1024 * 1024)).catch(() => undefined)
  await expect.poll(change, within).toMatchObject([
    503,
    {
      problem_names: expect.arrayContaining(['store']),
      problems: expect.arrayContaining([expect.stringMatching(/disk of the data folder is full: nothing/)]),
    },
  ])
  await rm(filler)
  await expect.poll(change, within).toMatchObject([200, healthy])
}, 120_000)
