import { AppError } from '../../src/core/error.ts'
import { unknownPlayer } from '../../src/core/player.ts'
import { Presets } from '../../src/core/presets.ts'
import type { StoredQueue } from '../../src/core/queue.ts'
import { checkMeant } from '../../src/core/queue-tag.ts'
import type { House } from '../../src/http/api/app.ts'
import type { AudioHouse } from '../../src/http/api/audio.ts'
import type { LibraryEntry, LibraryHouse } from '../../src/http/api/library.ts'
import type { LiveHouse } from '../../src/http/live.ts'
import { Hub } from '../../src/hub.ts'
import { performWith } from '../../src/perform.ts'
import { readQueueWish } from '../../src/rules/read/queue-wish.ts'
import { emptyRuleSet } from '../../src/rules/rule-set.ts'
import { deskWithoutAccount } from '../../src/wiring/account.ts'
import { StreamAnswers } from '../../src/wiring/answers.ts'
import { isSeen } from '../../src/wiring/panel-house.ts'
import { queueImports } from '../../src/wiring/queue-file.ts'
import { QueueOutlooks } from '../../src/wiring/queue-outlooks.ts'
import { ruleTools } from '../../src/wiring/rule-tools.ts'
import { memoryCollection } from './memory-collection.ts'
import { recordingLog } from './recording-log.ts'
import { VirtualClock } from './virtual-clock.ts'

const noCard = () => {
  throw new AppError('not_found', 'this house has no cards')
}

/** Tests of cards bring a house with an account of their own. */
const noCards = {
  cards: async () => [],
  card: noCard,
  publishCard: noCard,
  publishStoryCard: noCard,
  publishTrackCard: noCard,
  trackUrl: () => '',
  changeCard: noCard,
  outdated: async () => [],
  compareCard: noCard,
  publishCardAgain: noCard,
  deleteCard: noCard,
  rotateCardKey: noCard,
  rotateStreamKey: noCard,
  presses: noCard,
}

/** Tests of the account's cards bring a desk of their own. */
const noAccountCard: House['accountCard'] = {
  card: async () => noCard(),
  change: async () => noCard(),
  delete: async () => noCard(),
  document: async () => noCard(),
  backup: async () => noCard(),
  restore: async () => noCard(),
  deleted: async () => [],
  restoreDeleted: async () => noCard(),
}

/** Tests of the address bring one. */
const noAddressCheck: House['addressCheck'] = {
  address: () => ({
    ...{ address: 'http://127.0.0.1:8098', from: 'guessed', publishable: true },
    ...{ fault: null, notes: [], account: 'none' },
  }),
  ...{ start: noCard, find: noCard, latest: () => null, left: () => [] },
}

/** Tests of the first steps bring what was heard. */
const noFirstSteps: House['firstSteps'] = {
  heard: () => ({ card: null, reached_at: null }),
  app: { redirect_uri: 'http://127.0.0.1:8787/callback', scopes: ['openid'] },
}

/** Tests of uploads bring a desk of their own. */
const noUploads = {
  list: async () => [],
  find: noUpload,
  begin: noUpload,
  receive: noUpload,
  giveUp: noUpload,
}

/** Tests of icons and covers bring a desk of their own. */
const noPictures: House['pictures'] = {
  ownIcons: noUpload,
  search: noUpload,
  image: noUpload,
  addIcon: noUpload,
  addDrawn: noUpload,
  addIconOf: noUpload,
  addCover: noUpload,
}

async function noUpload(): Promise<never> {
  throw new AppError('not_found', 'this house has no uploads')
}

const noFile = () => {
  throw new AppError('not_found', 'this house knows nothing of its files')
}

const noRule = async () => {
  throw new AppError('not_found', 'this house has no rules')
}

/** Tests of backups bring a store. */
const noBackup: House['backup'] = { begin: noUpload, end: noUpload }

/** Tests of rules bring a desk of their own. */
const noRules: House['rules'] = {
  list: () => ({ files: [], unread: [] }),
  read: noRule,
  write: noRule,
  delete: noRule,
  check: noRule,
  reload: async () => undefined,
  enable: noRule,
}

/** Tests of traces bring them. */
export const noRuleTraces: House['ruleTraces'] = {
  traces: (rule) => ({ rule, zone: 'UTC', traces: [] }),
  trace: noFile,
  why: (rule) => ({ rule, source: 'a.yaml:1', zone: 'UTC', text: [], traces: [] }),
  conditions: (rule) => ({ rule, zone: 'UTC', at: '', conditions: [] }),
}

/** Tests of the library bring one. */
const noLibraryDesk: LibraryHouse & AudioHouse & Pick<House, 'streamPlays'> = {
  streamPlays: () => null,
  library: async () => [],
  libraryFile: noFile,
  libraryCover: noFile,
  libraryUsers: noFile,
  deleteLibraryFile: noFile,
  loveLibraryFile: noFile,
  libraryDisk: noFile,
  cleanLibrary: noFile,
  audioFiles: async () => [],
  audioBody: async () => null,
  libraryAudio: async () => null,
}

/** Tests of rules bring them. */
export const noRuleTools = ruleTools({ ruleSet: () => emptyRuleSet, clock: new VirtualClock() })

/** Tests of stories bring some. */
const noStory = () => {
  throw new AppError('not_found', 'there is no story')
}
const noStories: House['stories'] = {
  ...{ list: () => [], graph: noStory, playThrough: noStory },
  playingTime: async () => noStory(),
}

/** Tests of webhooks bring some. */
const noWebhooks: House['webhooks'] = {
  list: async () => [],
  rotate: noRule,
  admit: () => {
    throw new AppError('not_found', 'there is nothing at this address')
  },
}

/** A file of 10 s, by its name alone. */
export function libraryEntry(file: string, more: Partial<LibraryEntry> = {}): LibraryEntry {
  const nobody = { artist: null, album: null, loved: false, plays: 0, last_played_at: null }
  return { id: file, file, title: file, seconds: 10, state: 'ready', cover: false, ...nobody, ...more }
}

/** For `houseOf`: no history, no facts of files, no answers per listener, and no cards but those that were published. */
export const withoutPast = {
  libraryDesk: noLibraryDesk,
  answers: {
    of: () => [],
    filed: () => [],
    set: async () => [],
    setAll: async (_answers: unknown, write: () => Promise<void>) => write(),
    streamFor: (stream: string) => stream,
  },
  knownCard: () => null,
  cardDesk: noCards,
  cardUploads: { onChange: () => () => undefined },
  storyCards: {
    publish: noCard,
    setAudio: noCard,
    uploadOf: () => null,
    onUpload: () => () => undefined,
  },
  addressCheck: noAddressCheck,
  firstSteps: noFirstSteps,
  accountCards: noCard,
  cardCopies: { of: () => undefined, begin: noCard },
  accountCard: noAccountCard,
  presses: () => [],
  events: () => ({ events: [], count: 0, next: null }),
  diagnostics: () => ({ at: '' }),
  settings: () => ({}),
  backup: noBackup,
  ruleTools: noRuleTools,
  rules: noRules,
  stories: noStories,
  webhooks: noWebhooks,
  ruleTraces: noRuleTraces,
  pictures: noPictures,
  uploads: { desk: noUploads, onChange: () => () => undefined },
  queueEffects: async () => [],
  outlooks: new QueueOutlooks({ clock: new VirtualClock(), zone: 'UTC' }),
  presets: new Presets({ store: memoryCollection() }),
  write: async () => undefined,
}

/** A house with a real hub, one player that is away, and a library of the given files of 10 s each. Files whose names begin with `odd-` cannot be played. */
export function houseWith(library: readonly string[] = []): House & LiveHouse & { hub: Hub } {
  const clock = new VirtualClock()
  const log = recordingLog()
  let ids = 0
  const queues = memoryCollection<StoredQueue>()
  const presets = new Presets({ store: memoryCollection() })
  const hub = new Hub({
    queues,
    card: () => ({ layout: null, stream: null }),
    newId: () => `i${++ids}`,
    clock,
    log,
  })
  const answers = new StreamAnswers({
    records: memoryCollection(),
    exists: (stream) => hub.queue(stream) !== undefined,
    zone: 'UTC',
    clock,
  })
  hub.setPlayers([unknownPlayer('y1', 'Nursery')])
  const lookup: House['lookup'] = async (file) => {
    if (file.startsWith('odd-')) return { state: 'refused', reason: 'it has an ID3 tag' }
    return library.includes(file)
      ? { state: 'ready', file: { title: file, seconds: 10 } }
      : { state: 'missing' }
  }
  // What has no ending is a playlist of one file, of its own name.
  const files = async (name: string) => {
    if (name.includes('.') && !library.includes(name))
      throw new AppError('not_found', `there is no playlist "${name}"`)
    return [name]
  }
  const perform = performWith({
    mutateQueue: (...mutation) => hub.mutateQueue(...mutation),
    async deleteQueue(name, check) {
      await hub.deleteQueue(name, check)
      await answers.forget(name)
    },
    command: async () => undefined,
    publish: async () => undefined,
    values: hub,
    files,
    lookup,
    deeds: { say: (level, _kind, { message, detail }) => log[level](message, detail) },
    log,
  })
  return {
    ...queueImports({
      hub,
      presets,
      answers,
      perform,
      async write(entries) {
        for (const { collection, key, value } of entries)
          if (collection === 'queues') await queues.set(key, value as StoredQueue)
      },
    }),
    presets,
    async queueEffects(options, stream) {
      const { effects, contents } = readQueueWish(options, { stream, owner: 'rest' })
      for (const content of contents) await files(content)
      return effects
    },
    playAnew: () => [],
    outlooks: new QueueOutlooks({ clock, zone: 'UTC' }),
    rules: noRules,
    stories: noStories,
    webhooks: noWebhooks,
    ruleTraces: noRuleTraces,
    hub,
    version: '0.0.0',
    simulated: true,
    account: deskWithoutAccount,
    players: () => hub.players(),
    player: (id) => hub.player(id),
    queues: () => hub.queues(),
    queue: (name) => hub.queue(name),
    inputs: () => hub.inputs(),
    input: (id) => hub.input(id),
    perform,
    answers: (stream) => answers.of(stream),
    filedAnswers: () => [],
    setAnswers: (stream, list, { meantFor }) =>
      answers.set(stream, list, () => checkMeant({ name: stream, queue: hub.queue(stream) }, meantFor)),
    lookup,
    ...noLibraryDesk,
    library: async () => library.map((file) => libraryEntry(file)),
    streamUrl: async (name) => `http://127.0.0.1:8098/media/key-of-${name}/stream.mp3`,
    keptCards: () => ({ cards: 0, days: 30, tracks: [] }),
    ...noCards,
    addressCheck: noAddressCheck,
    firstSteps: noFirstSteps,
    uploads: noUploads,
    pictures: noPictures,
    events: () => ({ events: [], count: 0, next: null }),
    diagnostics: () => ({ at: '2026-11-21T10:00:00.000+00:00' }),
    settings: () => ({ timezone: 'UTC' }),
    backup: noBackup,
    ...noRuleTools,
    cardLook: () => null,
    accountCards: noCard,
    cardCopies: withoutPast.cardCopies,
    accountCard: noAccountCard,
    simulatedPlayer: () => undefined,
    health: () => ({ players: 1 }),
    subscribe: (name, receive) =>
      hub.subscribe(name, (change) => {
        if (isSeen(change)) receive(change)
      }),
  }
}
