import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openStorage } from '../../src/storage/storage.ts'
import { recordingLog } from '../support/recording-log.ts'
import { canMount, fillDisk, smallDisk } from '../support/small-disk.ts'

const said =
  'the disk of the data folder is full, so the store cannot be opened: make room on it and start again'

function house() {
  const { folder: root } = smallDisk('4m')
  const folder = join(root, 'data')
  return { root, folder, open: () => openStorage({ url: 'sqlite', folder, log: recordingLog() }) }
}

describe.skipIf(!canMount())(
  'on a disk that is full, a start (skipped where a disk cannot be mounted)',
  () => {
    test('says so, and finds everything as it was once there is room', async () => {
      const { root, open } = house()
      const first = await open()
      await first.collection<string>('vars').set('a', 'kept')
      await first.close()
      const fill = await fillDisk(root)
      await expect(open()).rejects.toThrow(said)
      await rm(fill)
      const second = await open()
      expect(await second.collection<string>('vars').get('a')).toBe('kept')
      await second.close()
    })

    test('says so where there has never been a store', async () => {
      const { root, open } = house()
      await fillDisk(root)
      await expect(open()).rejects.toThrow(said)
    })

    test('says of a damaged store that it is damaged', async () => {
      const { root, folder, open } = house()
      const storage = await open()
      await storage.close()
      await writeFile(join(folder, 'store.sqlite'), 'no database, whatever else it may be'.repeat(400))
      await fillDisk(root)
      await expect(open()).rejects.toThrow('is damaged or not a database')
    })
  },
)
