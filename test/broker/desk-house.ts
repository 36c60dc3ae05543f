import { CommandDesk } from '../../src/broker/command-desk.ts'
import { topicsFor } from '../../src/broker/topic.ts'
import type { Effect, PlayerCommand } from '../../src/core/effect.ts'
import { AppError } from '../../src/core/error.ts'
import { mostAsked, PlayerLines } from '../../src/core/player-lines.ts'
import { Hub } from '../../src/hub.ts'
import { performWith } from '../../src/perform.ts'
import { momentOf } from '../../src/rules/moment.ts'
import { contentFiles } from '../../src/rules/playlists.ts'
import { readQueueWish } from '../../src/rules/read/queue-wish.ts'
import { QueueOutlooks } from '../../src/wiring/queue-outlooks.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { recordingLog } from '../support/recording-log.ts'
import { SleepingClock } from '../support/sleeping-clock.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

export interface Said {
  readonly what: string
  readonly answer: {
    readonly status: string
    readonly data?: unknown
    readonly error?: { readonly code: string; readonly message: string; readonly details?: unknown }
    readonly transaction?: unknown
  }
}

const playlists = new Map([
  ['forest', { id: 'forest', entries: ['a.mp3', 'b.mp3'], folder: null }],
  ['night', { id: 'night', entries: ['c.mp3'], folder: null }],
])
const files = new Set(['a.mp3', 'b.mp3', 'c.mp3', 'shh.mp3'])

/** A house without a broker: what is said to its desk is carried out by the real hub, and one player obeys as it is told to. */
export async function deskHouse() {
  const clock = new VirtualClock('2026-11-21T19:00:00Z')
  const heart = new SleepingClock()
  const log = recordingLog()
  let last = 0
  const hub = new Hub({
    queues: memoryCollection(),
    card: () => ({ layout: null, stream: null }),
    newId: () => `i${++last}`,
    clock,
    log,
  })
  hub.setPlayers([
    { id: 'abc', name: 'Nursery', online: true },
    { id: 'def', name: 'Den', online: true },
  ])
  let search: () => Promise<void> = async () => undefined
  const library = {
    async find(file: string) {
      await search()
      if (file === 'broken.mp3') return { state: 'refused', reason: 'it is no audio' } as const
      return { state: files.has(file) ? 'ready' : 'missing' } as const
    },
    filesIn: async () => [],
  }
  const obeyed: PlayerCommand[] = []
  let obey: (player: string) => Promise<void> = async () => undefined
  const performed = performWith({
    mutateQueue: (...mutation) => hub.mutateQueue(...mutation),
    files: (content) => contentFiles(content, playlists, library),
    lookup: (file) => library.find(file),
    deleteQueue: (name) => hub.deleteQueue(name),
    async command(player, command) {
      obeyed.push(command)
      await obey(player)
    },
    publish: async () => undefined,
    values: hub,
    deeds: { say: (level, _kind, { message, detail }) => log[level](message, detail) },
    log,
  })
  const because = new Set<string>()
  const perform = (effect: Effect, why: string) => {
    because.add(why)
    return performed(effect, why)
  }
  const lines = new PlayerLines()
  let deliver: () => Promise<void> = async () => undefined
  let listeners: readonly Effect[] = []
  const asked: string[] = []
  const said: Said[] = []
  const house = {
    diagnostics: (): Readonly<Record<string, unknown>> => ({ at: 'now', events: [] }),
    restart: async (): Promise<void> => {
      asked.push('restart')
    },
  }
  const desk = new CommandDesk({
    topics: topicsFor('yoto', 'homeassistant'),
    log,
    clock,
    heart,
    players: () => hub.players(),
    queues: () => hub.queues(),
    inputs: () => hub.inputs(),
    perform,
    door: lines.door(mostAsked),
    async queueEffects(options, stream) {
      const { effects, contents } = readQueueWish(options, { stream, owner: 'mqtt' })
      for (const content of contents) await contentFiles(content, playlists, library)
      return effects
    },
    momentOf: (text) => momentOf(text, { now: clock.now(), zone: 'UTC' }),
    outlooks: new QueueOutlooks({ clock, zone: 'UTC' }),
    playAnew: (stream, { what, isAnother }) => {
      asked.push(`playAnew ${stream} ${isAnother ? 'another' : 'same'} ${what}`)
      return listeners
    },
    lookup: (file) => library.find(file),
    info: () => ({ version: '1.2.3' }),
    diagnostics: () => house.diagnostics(),
    refillsOf: () => [{ kind: 'schedule', name: 'bedroom', source: 'bedroom.yaml:5' }],
    reloadRules: async () => ({ rules: 2, schedules: 1, held_back: ['bedroom.yaml'] }),
    signIn: () => {
      throw new AppError('conflict', 'there is no account')
    },
    signInState: () => ({ state: 'not_set_up', problem: null, device: null }),
    discoverAgain: () => void asked.push('discoverAgain'),
    restart: () => house.restart(),
    lastColour: () => null,
    async respond(what, answer) {
      said.push({ what, answer })
      await deliver()
    },
  })
  const answersTo = (what: string) => said.filter((one) => one.what === what).map(({ answer }) => answer)
  return {
    desk,
    lines,
    hub,
    clock,
    heart,
    log,
    obeyed,
    because,
    asked,
    said,
    house,
    answersTo,
    obeyWith: (how: (player: string) => Promise<void>) => {
      obey = how
    },
    deliverWith: (how: () => Promise<void>) => {
      deliver = how
    },
    searchWith: (how: () => Promise<void>) => {
      search = how
    },
    listen: (effects: readonly Effect[]) => {
      listeners = effects
    },
    /** What became of a message that was said just now. */
    async set(topic: string, payload: string) {
      await desk.take(topic, payload, { retain: false })
      return answersTo('set').at(-1)
    },
    async ask(what: string, payload: unknown, retain = false) {
      const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
      await desk.take(`yoto/bridge/request/${what}`, text, { retain })
      return answersTo(what).at(-1)
    },
    filesOf: (stream: string) => hub.queue(stream)?.items.map(({ file }) => file),
  }
}
