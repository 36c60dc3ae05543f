// A household of the product's own parts: the hub, its rules as they are read from YAML, and what carries effects out.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../build/core/clock.js'
import { memoryStorage } from '../../build/core/memory-collection.js'
import { Hub } from '../../build/hub.js'
import { performWith } from '../../build/perform.js'
import { actions, conditions, triggers } from '../../build/rules/catalog.js'
import { readRuleFiles } from '../../build/rules/read/rule-files.js'
import { createRegistry } from '../../build/rules/registry.js'
import { contentFiles } from '../../build/rules/playlists.js'
import { SqliteStore } from '../../build/storage/sqlite-store.js'
import { openStorage } from '../../build/storage/storage.js'
import { RuleRunner } from '../../build/wiring/rules.js'

const silent = { debug() {}, info() {}, warn() {}, error: console.error, for: () => silent }
export const players = 12

const reading = {
  registry: createRegistry({ triggers, conditions, actions }),
  fileExists: async () => true,
  topicFault: () => null,
  zone: 'Europe/London',
  homeAssistant: { actionFault: () => null },
}

/** `texts`: one rule file each. */
export async function read(texts) {
  const sources = texts.map((text, number) => ({ file: `${number}.yaml`, text }))
  const { ruleSet, diagnostics } = await readRuleFiles(sources, reading)
  const [error] = diagnostics.filter(({ severity, level }) => (severity ?? level) === 'error')
  if (error !== undefined) throw new Error(JSON.stringify(error))
  return ruleSet
}

/** `disk`: in SQLite, with every write synced; else in memory. */
export async function openHouse({ ruleSet, disk }) {
  const folder = disk ? await mkdtemp(join(tmpdir(), 'yoto-bench-')) : null
  const storage = disk ? await openStorage({ url: 'sqlite', folder, log: silent }) : memoryStorage()
  const counts = { writes: 0, transactions: 0, effects: 0 }
  const restore = counting(counts)
  const collection = (name) => counted(storage.collection(name), counts)
  let id = 0
  const hub = new Hub({
    queues: collection('queues'),
    values: { vars: collection('vars'), inputs: collection('inputs') },
    card: () => ({ layout: null, stream: null, presses: 'none' }),
    newId: () => `item-${++id}`,
    clock: systemClock,
    log: silent,
  })
  await hub.start()
  hub.setPlayers(
    Array.from({ length: players }, (_, player) => ({
      ...{ id: `y${player}`, name: `Player ${player}`, online: true },
      ...{ battery_percent: 50, volume_step: 8, playback: 'playing', card_id: 'abcde' },
    })),
  )
  const library = { find: async () => ({ state: 'ready' }), filesIn: async () => [] }
  const performed = performWith({
    mutateQueue: (...mutation) => hub.mutateQueue(...mutation),
    deleteQueue: (...deletion) => hub.deleteQueue(...deletion),
    files: (name) => contentFiles(name, ruleSet.playlists, library, (files) => files),
    lookup: library.find,
    command: async () => {},
    publish: async () => {},
    values: hub,
    deeds: { say() {} },
    log: silent,
  })
  let done = () => {}
  const heard = new Map()
  let changed = async () => {}
  const runner = new RuleRunner({
    book: {
      current: ruleSet,
      onChange: (reload) => {
        changed = reload
        return () => {}
      },
    },
    hub,
    perform: async (...wish) => {
      await performed(...wish)
      counts.effects += 1
      done()
    },
    applied: collection('applied-slots'),
    moments: collection('moments'),
    traces: collection('traces'),
    journal: {
      name: 'runs',
      runs: collection('runs'),
      setMany: (entries) => {
        counts.writes += 1
        return storage.setMany(entries)
      },
    },
    sources: {
      ha: ({ entity }, happened) => {
        heard.set(entity, happened)
        return () => heard.delete(entity)
      },
    },
    clock: systemClock,
    log: silent,
  })
  const began = performance.now()
  await runner.start()
  return {
    ...{ hub, runner, counts, startMs: performance.now() - began },
    reload: (read) => changed(read),
    heard: (event) => heard.get(event.entity)(event),
    /** What the store itself takes. */
    writeAlone: (value) => storage.setMany([{ collection: 'bench', key: 'alone', value }]),
    /** Resolves when so many effects more have been carried out. */
    effects(count) {
      const until = counts.effects + count
      return new Promise((resolve) => {
        done = () => {
          if (counts.effects >= until) resolve()
        }
      })
    },
    async stop() {
      await runner.stop()
      await hub.stop()
      await storage.close?.()
      restore()
      if (folder !== null) await rm(folder, { recursive: true })
    },
  }
}

/** Counts what SQLite is given together, until what it returns is called. */
function counting(counts) {
  const { setMany } = SqliteStore.prototype
  SqliteStore.prototype.setMany = function (entries) {
    counts.transactions += 1
    return setMany.call(this, entries)
  }
  return () => {
    SqliteStore.prototype.setMany = setMany
  }
}

function counted(collection, counts) {
  return {
    ...collection,
    set: (...row) => {
      counts.writes += 1
      return collection.set(...row)
    },
  }
}

/** What a player did, just now. */
export function event(fields) {
  const at = new Date().toISOString()
  return { at, card_id: 'abcde', chapter_key: '01', track_key: '01', ...fields }
}

export function press(fields) {
  return event({ type: 'button', confidence: 1, via: 'mqtt', ...fields })
}
