import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { topicsFor } from '../../src/broker/topic.ts'
import { expectFixture } from '../support/fixture.ts'
import { embedded, stopAll } from './bridge-support.ts'
import { publishedBy } from './published.ts'
import type { Message } from './support.ts'
import { wholeEvents, wholePlayer } from './whole-player.ts'

/*
 * What stands in these files is what people's automations, dashboards and recorders hold on to: keys, unique ids and
 * the types of triggers may never change, and the rest only on purpose.
 */
describe('the messages of one whole player', () => {
  const topics = topicsFor('yoto', 'homeassistant').player(wholePlayer.id)
  let messages: Message[]
  beforeAll(async () => {
    messages = await publishedBy((await embedded()).url, { players: [wholePlayer], events: wholeEvents })
  })
  afterAll(stopAll)

  /** As they came: topic, and the payload as what it is. */
  const under = (...wanted: string[]) =>
    messages
      .filter(({ topic }) => wanted.includes(topic))
      .map(({ topic, payload }) => [topic, readable(payload)])

  test('discovery', () => {
    expectFixture('player/discovery.json', under(topics.discovery))
  })

  test('availability', () => {
    expectFixture('player/availability.json', under(topics.availability))
  })

  test('state', () => {
    expectFixture('player/state.json', under(topics.state))
  })

  test('the topics beside the state', () => {
    const own = topics.own('cover').slice(0, -'cover'.length)
    const known = [topics.availability, topics.state, topics.event]
    const beside = messages
      .map(({ topic }) => topic)
      .filter((topic) => topic.startsWith(own) && !known.includes(topic))
    expect(beside.length).toBeGreaterThan(0)
    expectFixture('player/beside-state.json', under(...beside))
  })

  test('events, one of every type', () => {
    expectFixture('player/events.json', under(topics.event))
  })
})

function readable(payload: string): unknown {
  try {
    return JSON.parse(payload)
  } catch {
    return payload
  }
}
