import { Webhooks } from '../access/webhooks.ts'
import type { Library } from '../audio/library/library.ts'
import type { Sources } from '../audio/sources/sources.ts'
import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import { createRedactor, type Redactor } from '../log/redactor.ts'
import type { Options } from '../options.ts'
import { openStorage, type Storage } from '../storage/storage.ts'
import { openAccess } from './access.ts'
import { publicUrl } from './addresses.ts'
import { saidOnBroker } from './broker-log.ts'
import { checkConfigMount } from './config-mount.ts'
import { type Doors, openDoors } from './doors.ts'
import { prepareFolders } from './first-start.ts'
import { type HouseHistory, openHistory } from './history.ts'
import { type HouseLibrary, openLibrary } from './library.ts'
import { Problems } from './problems.ts'
import { type HouseSpeech, openSpeech } from './speech.ts'
import type { Started } from './started.ts'
import { storeProblem } from './store-problem.ts'
import type { Supervisor } from './supervisor.ts'
import type { HouseUploads } from './uploads.ts'

export interface FoundationInput {
  readonly options: Options
  /** The folder of rules and audio that come with the product. */
  readonly shipped: string
  /** Simulated players in place of an account. */
  readonly simulate: boolean
  readonly clock: Clock
  /** 0 (inclusive) to 1. */
  readonly random?: () => number
  /** An open store in place of the data folder's own; closed with the product. */
  readonly storage?: Storage
  /** Where Home Assistant's Supervisor started the product. */
  readonly supervisor?: Supervisor
  /** The text of `/proc/self/mountinfo`, where folders may be those of a container; absent elsewhere. */
  readonly mountinfo?: string | null
  readonly log: Log
  /** Learns every secret, and takes them out of what is said; one of its own where the log has none. */
  readonly redactor?: Redactor
}

/** What every other part stands on. */
export interface Foundation extends Pick<Redactor, 'redactAll'> {
  readonly startedAt: Date
  readonly doors: Doors
  /** What cards are told of the media door. */
  readonly address: string
  readonly storage: Storage
  readonly library: Library
  readonly sources: Sources
  readonly libraryFacts: HouseLibrary['facts']
  readonly onLibraryChange: HouseLibrary['onChange']
  readonly uploads: HouseUploads
  /** Says what stories have no file for. */
  readonly speech: HouseSpeech
  readonly access: Awaited<ReturnType<typeof openAccess>>
  /** What rules wait for that others call by HTTP. */
  readonly webhooks: Webhooks
  readonly problems: Problems
  readonly history: HouseHistory
  /** Masks a secret wherever it would be said, from now on. */
  readonly hide: Redactor['add']
  readonly log: Log
  /** Takes whoever publishes the log's lines on the local broker. */
  readonly publishLogWith: ReturnType<typeof saidOnBroker>['publishWith']
}

/** @throws AppError when a port is taken, or a folder or the store cannot be used. */
export async function openFoundation(input: FoundationInput, started: Started): Promise<Foundation> {
  const { options, shipped, clock } = input
  const { data, config, media } = options.folders
  const startedAt = clock.now()
  const { add: hide, redact, redactAll } = input.redactor ?? createRedactor()
  const { log, publishWith: publishLogWith } = saidOnBroker({
    log: input.log,
    level: options.log_level,
    redact,
    clock,
  })
  const doors = await openDoors(options, started)
  const door = { host: options.media.host, port: doors.media.port }
  const { address, problem } = await publicUrl(options.public_url, door, input.supervisor ?? null)
  const problems = new Problems(redact)
  problems.set('media_port', problem)
  if (problem !== null) log.warn(problem)
  const storage =
    input.storage ??
    (await openStorage({
      ...{ url: options.storage, folder: data, log: log.for('storage') },
      wrote: (fault) => problems.set('store', storeProblem(fault)),
    }))
  started.add('the store', { stop: () => storage.close() })
  await prepareFolders({ shipped, config, media, simulate: input.simulate, log })
  await checkConfigMount({ folder: config, mountinfo: input.mountinfo ?? null, problems, log })
  let speech: HouseSpeech | null = null
  const house = await openLibrary({
    folders: options.folders,
    uploadLimitMb: options.media.upload_limit_mb,
    shipped,
    storage,
    clock,
    random: input.random ?? Math.random,
    voice: () => speech,
    log: log.for('audio'),
  })
  started.add('the library', house)
  speech = await openSpeech({ ...input, shelfOf: house.shelfOf, problems, log: log.for('speech') })
  started.add('speech', speech)
  const access = await openAccess({ storage, options, hide, clock, log })
  started.add('who may come in', access)
  const webhooks = new Webhooks({
    records: storage.collection('webhooks'),
    hide,
    clock,
    log: log.for('rules'),
  })
  started.add('webhooks', webhooks)
  await webhooks.start()
  const history = await openHistory({ storage, redactAll, clock, log: log.for('history') })
  started.add('the history', history)
  return {
    startedAt,
    doors,
    address,
    storage,
    library: house.library,
    sources: house.sources,
    libraryFacts: house.facts,
    onLibraryChange: house.onChange,
    uploads: house.uploads,
    speech,
    access,
    webhooks,
    problems,
    history,
    hide,
    redactAll,
    log,
    publishLogWith,
  }
}
