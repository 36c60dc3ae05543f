import { expect, test } from 'vitest'
import { AppError } from '../../src/core/error.ts'
import { HotBackup } from '../../src/wiring/hot-backup.ts'
import { recordingLog } from '../support/recording-log.ts'
import { oneTurn, VirtualClock } from '../support/virtual-clock.ts'

function house() {
  const did: string[] = []
  const log = recordingLog()
  const clock = new VirtualClock()
  const fault: { hold: Error | null } = { hold: null }
  const storage = {
    async holdFile() {
      if (fault.hold !== null) throw fault.hold
      did.push('hold')
    },
    async releaseFile() {
      did.push('release')
    },
  }
  const backup = new HotBackup({ storage, clock, log })
  const minutes = (count: number) => clock.advance(count * 60_000, () => oneTurn())
  const warnings = () => log.lines.flatMap(({ level, message }) => (level === 'warn' ? [message] : []))
  return { backup, did, fault, minutes, warnings }
}

test('a backup that nobody ends is over after an hour, which is said, and its end is refused', async () => {
  const { backup, did, minutes, warnings } = house()
  await backup.begin()
  await minutes(59)
  expect(did).toEqual(['hold'])
  await minutes(2)
  expect(did).toEqual(['hold', 'release'])
  expect(warnings()).toEqual([expect.stringContaining('begun 60 minutes ago and nobody has ended it')])
  await expect(backup.end()).rejects.toThrow('the last one was over by itself at')
  // Another begins as if nothing had been.
  expect((await backup.begin()).state).toBe('under_way')
  expect((await backup.end()).state).toBe('ended')
})

test('its hour starts over when it is begun again, and the file is held once', async () => {
  const { backup, did, minutes, warnings } = house()
  const first = await backup.begin()
  await minutes(50)
  expect((await backup.begin()).began_at).toBe(first.began_at)
  await minutes(50)
  expect(did).toEqual(['hold'])
  await backup.end()
  await minutes(120)
  expect(did).toEqual(['hold', 'release'])
  expect(warnings()).toEqual([])
})

test('nothing is under way where the file could not be held', async () => {
  const { backup, fault } = house()
  fault.hold = new AppError('unavailable', 'somebody reads')
  await expect(backup.begin()).rejects.toThrow('somebody reads')
  await expect(backup.end()).rejects.toThrow('no backup is under way')
  fault.hold = null
  expect((await backup.begin()).state).toBe('under_way')
})
