import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/core/clock.ts'
import type { Collection } from '../../src/core/collection.ts'
import { Pictures } from '../../src/pictures/pictures.ts'
import { openDraw } from '../../src/wiring/draw-picture.ts'
import { YotoApi } from '../../src/yoto/api.ts'
import { allScopes, House } from '../simulator/support/house.ts'
import { advanceUntil } from '../yoto/support/advance.ts'
import { memoryCollection } from './memory-collection.ts'
import { recordingLog } from './recording-log.ts'

/** Icons and covers before the simulated Yoto; what they keep outlives `again`. */
export class PictureHouse {
  readonly yoto: House
  readonly log = recordingLog()
  readonly lists: Collection<unknown> = memoryCollection()
  readonly uploaded: Collection<unknown> = memoryCollection()
  readonly #folder: string
  readonly #token: string
  #pictures: Pictures | undefined

  private constructor(parts: { yoto: House; folder: string; token: string }) {
    this.yoto = parts.yoto
    this.#folder = parts.folder
    this.#token = parts.token
  }

  static async open(): Promise<PictureHouse> {
    const yoto = await House.open({ tokenLifeSeconds: 10 * 365 * 86_400, players: [] })
    const token = (await yoto.signIn(`${allScopes} user:icons:manage`)).access_token
    const folder = await mkdtemp(join(tmpdir(), 'yoto-pictures-'))
    const house = new PictureHouse({ yoto, folder, token })
    await house.again()
    return house
  }

  get pictures(): Pictures {
    if (this.#pictures === undefined) throw new Error('it is not started')
    return this.#pictures
  }

  get clock() {
    return this.yoto.clock
  }

  /** As after a restart of the product. */
  async again(): Promise<Pictures> {
    const { clock, cloud } = this.yoto
    const options = { apiUrl: cloud.apiUrl, accessToken: async () => this.#token, clock, log: this.log }
    const { pictures: account } = new YotoApi({ ...options, random: () => 0 })
    this.#pictures = new Pictures({
      account,
      // It is ffmpeg that takes its time.
      draw: await openDraw({ folder: this.#folder, clock: systemClock }),
      ...{ lists: this.lists, uploaded: this.uploaded, clock, log: this.log },
    })
    await this.#pictures.start()
    return this.#pictures
  }

  /** No call gets an answer any more. */
  away(): void {
    this.yoto.cloud.restTrouble.add({ call: /./, times: Number.POSITIVE_INFINITY, status: null })
  }

  back(): void {
    this.yoto.cloud.restTrouble.clear()
  }

  /** The outcome, while time goes on. */
  async outcome<Value>(call: Promise<Value>): Promise<Value | Error> {
    let outcome: { readonly of: Value | Error } | undefined
    const done = call.then(
      (value) => {
        outcome = { of: value }
      },
      (error: Error) => {
        outcome = { of: error }
      },
    )
    await advanceUntil(this.clock, () => outcome !== undefined)
    await done
    if (outcome === undefined) throw new Error('it never ended')
    return (outcome as { readonly of: Value | Error }).of
  }

  async close(): Promise<void> {
    await this.yoto.close()
    await rm(this.#folder, { recursive: true, force: true })
  }
}
