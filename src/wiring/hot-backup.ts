import { type Clock, isoOf } from '../core/clock.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { Turns } from '../core/turns.ts'
import type { BackupHouse, BackupView } from '../http/api/backup.ts'
import type { Storage } from '../storage/storage.ts'

interface HotBackupOptions {
  readonly storage: Pick<Storage, 'holdFile' | 'releaseFile'>
  readonly clock: Clock
  readonly log: Log
}

// Enough for gigabytes of speech on a slow card; what it costs is a longer write-ahead log.
const longestMs = 60 * 60_000

/**
 * Copies of the data folder that others make while the program runs.
 *
 * Nothing waits meanwhile: players, presses and wishes are answered, and every write is on the disk when it is
 * acknowledged, as ever, so that a kill or a power cut in the middle loses nothing. Only store.sqlite itself stays as it
 * is: what is written stands in its write-ahead log beside it, which a copy has with it (see `Storage.holdFile`). Other
 * files of the data folder are written under another name and put in their place whole.
 *
 * Whoever makes the copy learns at its end whether it is whole: `end` is refused after a restart and where the time was
 * over, and a program that has stopped answers nobody.
 */
export class HotBackup {
  readonly #options: HotBackupOptions
  readonly #turns = new Turns<'backup'>()
  #underWay: { readonly since: Date; readonly by: Date; readonly cancel: () => void } | null = null
  /** When the last one ran out of time, where none was begun since. */
  #overSince: Date | null = null

  constructor(options: HotBackupOptions) {
    this.#options = options
  }

  /** See `BackupHouse`. */
  begin(): ReturnType<BackupHouse['backup']['begin']> {
    return this.#turns.take('backup', async () => {
      const { storage, clock, log } = this.#options
      const before = this.#underWay
      // Folding the log anew would spoil a copy that is made just now.
      if (before === null) await storage.holdFile()
      before?.cancel()
      const since = before?.since ?? clock.now()
      const by = new Date(clock.now().getTime() + longestMs)
      this.#underWay = { since, by, cancel: clock.at(by, () => this.#runOut()) }
      this.#overSince = null
      log.info(before === null ? 'a backup has begun' : 'a backup was begun again; it goes on')
      return viewOf(since, by)
    })
  }

  /** See `BackupHouse`. */
  end(): Promise<BackupView> {
    return this.#turns.take('backup', async () => {
      const { since } = this.#underWay ?? {}
      if (since === undefined) throw new AppError('conflict', this.#whyNone())
      await this.#release()
      this.#options.log.info('a backup has ended')
      return viewOf(since, null)
    })
  }

  /** The store itself is whole; the copy may not be. */
  async stop(): Promise<void> {
    await this.#turns.settled('backup')
    if (this.#underWay === null) return
    this.#underWay.cancel()
    this.#underWay = null
    this.#options.log.warn(
      'the program stops while a backup is made: that backup is not to be relied on; make another',
    )
  }

  #runOut(): void {
    void this.#turns.take('backup', async () => {
      if (this.#underWay === null || this.#underWay.by > this.#options.clock.now()) return
      const { log, clock } = this.#options
      this.#overSince = clock.now()
      await this.#release().catch((error: unknown) =>
        log.warn('the store goes on growing its log after a backup', { reason: messageOf(error) }),
      )
      log.warn(
        `a backup was begun ${longestMs / 60_000} minutes ago and nobody has ended it (backup end): it is over now, and not to be relied on if it is still being made`,
      )
    })
  }

  async #release(): Promise<void> {
    this.#underWay?.cancel()
    this.#underWay = null
    await this.#options.storage.releaseFile()
  }

  #whyNone(): string {
    const then = 'what was copied is not to be relied on: begin another with backup begin'
    return this.#overSince === null
      ? `no backup is under way, for none was begun since this program started; ${then}`
      : `no backup is under way: the last one was over by itself at ${isoOf(this.#overSince)}, as nobody had ended it; ${then}`
  }
}

function viewOf(since: Date, by: Date | null): BackupView {
  return {
    state: by === null ? 'ended' : 'under_way',
    began_at: isoOf(since),
    ends_by: by === null ? null : isoOf(by),
  }
}
