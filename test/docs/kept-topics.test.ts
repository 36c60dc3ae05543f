import { expect, onTestFinished, test } from 'vitest'
import { lightJson } from '../../src/broker/light-json.ts'
import { type Owner, retainedTopics } from '../../src/broker/standing.ts'
import { streamState } from '../../src/broker/stream-state.ts'
import { topicsFor } from '../../src/broker/topic.ts'
import {
  cardInsertions,
  dayModes,
  playbackStates,
  powerSources,
  unknownPlayer,
} from '../../src/core/player.ts'
import { emptyQueue, queueModes } from '../../src/core/queue.ts'
import { type Heard, listenTo, runApp, until } from '../support/running-app.ts'
import { codeIn, firstColumn, readPage, rowsOf } from './page.ts'

const { below } = readPage('docs/home-assistant.md')
const [topicTable = ''] = below('## What stands on the broker').split('\n### ')
const playerTable = below("### The fields of a player's state")
const streamTable = below("### The fields of a stream's state")
const infoTable = below('### The fields of bridge/info')

/** The words in code that a table says of a topic or field. */
function wordsAbout(name: string, table: string): string[] {
  const row = rowsOf(table).find(([first = '']) => codeIn(first).includes(name))
  return codeIn(row?.[1] ?? '')
}

test('the page tells of every topic that is kept, and of none besides', () => {
  const owners: readonly Owner[] = [
    { kind: 'bridge' },
    { kind: 'stream', name: 'dusk' },
    { kind: 'input', id: 'party' },
    { kind: 'player', id: 'abc', origin: 'account' },
  ]
  const kept = owners.flatMap((owner) => retainedTopics(topicsFor('yoto', 'homeassistant'), owner))
  expect(firstColumn(topicTable).toSorted()).toEqual(kept.map(named).toSorted())
})

test("the page tells of every field of a player's state, and of none besides", () => {
  expect(firstColumn(playerTable).toSorted()).toEqual(Object.keys(unknownPlayer('abc', 'Bedroom')).toSorted())
})

test('the page tells of every word that a field may have', () => {
  expect(wordsAbout('playback', playerTable)).toEqual([...playbackStates])
  expect(wordsAbout('card_inserted', playerTable)).toEqual([...cardInsertions])
  expect(wordsAbout('power_source', playerTable)).toEqual([...powerSources])
  expect(wordsAbout('day_mode', playerTable)).toEqual([...dayModes])
  expect(wordsAbout('mode', streamTable)).toEqual([...queueModes])
})

test("the page tells of every field of a stream's state, and of none besides", () => {
  const outlook = { holds_until: null, stays: false }
  const fields = Object.keys(streamState(emptyQueue('dusk'), (file) => file, outlook))
  expect(firstColumn(streamTable).toSorted()).toEqual(fields.toSorted())
})

test('the page shows lights as they are said', () => {
  expect(wordsAbout('yoto/<player>/nightlight', topicTable)).toEqual(
    expect.arrayContaining([lightJson('#804400'), lightJson('off'), lightJson(null)]),
  )
})

test('what a running product keeps on its broker is what the page tells of', {
  timeout: 30_000,
}, async () => {
  const { app, remove } = await runApp()
  onTestFinished(remove)
  // No card of the simulated players has a picture.
  const expected = firstColumn(topicTable).filter((topic) => topic !== 'yoto/<player>/cover')
  const saidBy = async (isMeant: (message: Heard) => boolean) => {
    const { heard, stop } = await listenTo(app.mqttUrl)
    onTestFinished(stop)
    const said = () => new Map(heard.filter(isMeant).map(({ topic, payload }) => [named(topic), payload]))
    await until('all of it is said', () => expected.every((topic) => said().has(topic)))
    return said()
  }
  await saidBy(() => true)
  const kept = await saidBy(({ retain }) => retain)

  expect([...kept.keys()].toSorted()).toEqual(expected.toSorted())
  expect(fieldsIn(kept.get('yoto/<player>/state'))).toEqual(firstColumn(playerTable).toSorted())
  expect(fieldsIn(kept.get('yoto/stream/<name>/state'))).toEqual(firstColumn(streamTable).toSorted())
  const info = kept.get('yoto/bridge/info') ?? '{}'
  expect(fieldsIn(info)).toEqual(firstColumn(infoTable).toSorted())
  for (const part of ['counts', 'cloud', 'broker']) {
    const [fields = ''] = wordsAbout(part, infoTable)
    const told = [...fields.matchAll(/"(\w+)"/g)].map(([, field]) => field)
    expect(Object.keys(JSON.parse(info)[part]).toSorted(), part).toEqual(told.toSorted())
  }
  for (const topic of ['yoto/<player>/position', 'yoto/<player>/sleep_timer']) {
    const [example] = wordsAbout(topic, topicTable)
    expect(fieldsIn(kept.get(topic)), topic).toEqual(fieldsIn(example))
  }
})

/** A topic as the page writes it. */
function named(topic: string): string {
  return topic
    .replace(/^yoto\/stream\/[^/]+\//, 'yoto/stream/<name>/')
    .replace(/^yoto\/input\/[^/]+\//, 'yoto/input/<id>/')
    .replace(/^yoto\/(?!bridge\/|stream\/|input\/)[^/]+\//, 'yoto/<player>/')
    .replace(/\/yoto_(?!bridge\/)[^/]+\//, '/yoto_<player>/')
}

function fieldsIn(json = '{}'): string[] {
  return Object.keys(JSON.parse(json)).toSorted()
}
