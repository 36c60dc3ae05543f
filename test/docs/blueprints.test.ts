import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseFields } from '../../src/broker/commands.ts'
import { bridgeDiscovery, playerDiscovery } from '../../src/broker/discovery.ts'
import { streamPlaylist } from '../../src/broker/entities/stream-playlist.ts'
import { parseStreamSet } from '../../src/broker/stream-set.ts'
import { topicsFor } from '../../src/broker/topic.ts'
import { buttons, type PlayerEvent, playerEventTypes } from '../../src/core/event.ts'
import { abilityOf } from '../../src/core/models.ts'
import { player } from '../broker/support.ts'
import { automationProblems } from './automation-form.ts'
import { type Called, mqttTrigger, runAutomation } from './automation-run.ts'
import { type Blueprint, filledIn, isRecord, readBlueprint } from './blueprint.ts'
import { formProblems } from './blueprint-form.ts'
import { readPage } from './page.ts'
import type { Call, Value } from './template-values.ts'

const has = abilityOf({ everything: false })

const folder = new URL('../../docs/blueprints/', import.meta.url)
const files = readdirSync(folder)
const textOf = (file: string) => readFileSync(new URL(file, folder), 'utf8')
const blueprint = (file: string) => readBlueprint(textOf(file))

const bedtime = 'bedtime-button.yaml'
const whoIsHome = 'playlist-by-who-is-home.yaml'
const storyLights = 'story-choice-sets-the-lights.yaml'

/** Each blueprint as somebody fills it in, with what has no default and a little more. */
const filled: Readonly<Record<string, Readonly<Record<string, Value>>>> = {
  [bedtime]: {
    press: [{ trigger: 'state', entity_id: 'input_button.bedtime' }],
    player: 'device-1',
    stream: 'bedroom',
    card: '00e12',
  },
  [whoIsHome]: {
    stream: 'select.yoto_smart_stream_bedroom',
    people: [
      { person: 'person.aunt', playlist: 'party' },
      { person: 'person.grandpa', playlist: 'calm' },
    ],
    otherwise: 'daytime',
  },
  [storyLights]: { player: 'device-1', first_scene: 'scene.forest', second_scene: 'scene.sea' },
}

test('there are three blueprints', () => {
  expect(files.toSorted()).toEqual([bedtime, whoIsHome, storyLights])
})

// The first that gives entities the ids we name, by `default_entity_id`.
const oldestHomeAssistant = '2025.10'

test('the page names one oldest Home Assistant, and it is that of the blueprints', () => {
  const { text } = readPage('docs/home-assistant.md')
  const named = [...text.matchAll(/Home Assistant (\S+) or newer/g)].map(([, version]) => version)
  expect(named).toEqual([oldestHomeAssistant])
  for (const file of files)
    expect(blueprint(file).form, file).toMatchObject({
      homeassistant: { min_version: `${oldestHomeAssistant}.0` },
    })
})

describe.each(files)('%s', (file) => {
  test('has the form that Home Assistant expects', () => {
    expect(formProblems(blueprint(file))).toEqual([])
  })

  test('is an automation of Home Assistant once it is filled in', () => {
    expect(automationProblems(filledIn(blueprint(file), filled[file] ?? {}))).toEqual([])
  })

  test('shows players of this product and no other device', () => {
    const topics = topicsFor('yoto', 'homeassistant')
    const players = playerDiscovery(topics, player('p', { model: 'v3' }), { version: '1', has }).device
    const bridge = bridgeDiscovery(topics, '1').device
    for (const filter of deviceFilters(blueprint(file))) {
      expect(filter).toEqual({ integration: 'mqtt', manufacturer: players.manufacturer })
      expect(filter.manufacturer).not.toBe(bridge.manufacturer)
    }
  })
})

describe('what is wrong in a blueprint is found', () => {
  const cases: [string, string, [from: string, to: string], problem: RegExp][] = [
    [
      'an input that nobody declared',
      bedtime,
      ['card: !input card', 'card: !input crad'],
      /crad is not declared/,
    ],
    ['an input that nothing uses', bedtime, ['  volume: !input volume\n', ''], /input volume is not used/],
    [
      'a selector there is none of',
      bedtime,
      ['trigger:\n    player', 'triggers:\n    player'],
      /unknown selector "triggers"/,
    ],
    [
      'an option its selector does not have',
      bedtime,
      ['max: 16', 'maximum: 16'],
      /additional properties: maximum/,
    ],
    [
      'a key beside those of an input',
      storyLights,
      ['name: Listen to', 'label: Listen to'],
      /additional properties: label/,
    ],
    ['another domain', storyLights, ['domain: automation', 'domain: light'], /blueprint\/domain/],
    ['a version of two parts', storyLights, ['2025.10.0', '2025.10'], /min_version/],
    [
      'a version before its selectors',
      whoIsHome,
      ['2025.10.0', '2025.6.0'],
      /selector object needs Home Assistant 2025.7.0/,
    ],
    [
      'something to fill in that is folded away',
      bedtime,
      ['          default: yoto\n', ''],
      /folded away and has no default/,
    ],
  ]

  test.each(cases)('%s', (_name, file, [from, to], problem) => {
    expect(textOf(file)).toContain(from)
    expect(formProblems(readBlueprint(textOf(file).replace(from, to))).join('\n')).toMatch(problem)
  })

  const inAutomation: typeof cases = [
    ['the words of old', whoIsHome, ['triggers:', 'trigger:'], /triggers|additional properties: trigger/],
    [
      'a trigger there is none of',
      storyLights,
      ['trigger: mqtt', 'trigger: mqttt'],
      /unknown trigger "mqttt"/,
    ],
    [
      'an action there is none of',
      whoIsHome,
      ['select.select_option', 'select.choose'],
      /unknown action "select.choose"/,
    ],
    [
      'data its action does not take',
      bedtime,
      ['payload: "', 'message: "'],
      /additional properties: message/,
    ],
    ['a step there is none of', whoIsHome, ['- delay:', '- sleep:'], /no action is called sleep/],
  ]

  test.each(inAutomation)('%s', (_name, file, [from, to], problem) => {
    expect(textOf(file)).toContain(from)
    const broken = filledIn(readBlueprint(textOf(file).replace(from, to)), filled[file] ?? {})
    expect(automationProblems(broken).join('\n')).toMatch(problem)
  })
})

describe.each(['yoto', 'my_yoto', 'home/yoto', 'yoto.attic'])('with the base topic %s', (base) => {
  const topics = topicsFor(base, 'homeassistant')

  /** Home Assistant's word for the device of this player, from what discovery says of it. */
  function deviceOf(id: string): Call {
    const { identifiers } = playerDiscovery(topics, player(id), { version: '1', has }).device
    return ([device, attribute]) => {
      expect([device, attribute]).toEqual(['device-1', 'identifiers'])
      return (identifiers as string[]).map((identifier) => ['mqtt', identifier])
    }
  }

  describe.each(['ysimNurseryMini000000001', 'a_b-c', '12345', 'x/+#', 'hex-61'])('the player %s', (id) => {
    const press = (more: Readonly<Record<string, Value>>) =>
      runAutomation(filledIn(blueprint(bedtime), { ...filled[bedtime], base_topic: base, ...more }), {
        calls: { device_attr: deviceOf(id) },
      })

    test('takes what the bedtime button sends: volume, then card, then sleep timer', () => {
      const [toStream, toPlayer, ...more] = press({ volume: 3, sleep_minutes: 45 })
      expect(more).toEqual([])
      expect(topics.read(sent(toPlayer).topic)).toEqual({ kind: 'player-set', player: id, field: undefined })
      expect(parseFields(sent(toPlayer).payload)).toEqual({
        ok: true,
        wishes: [
          { type: 'volume-step', step: 3 },
          { type: 'card', card_id: '00e12' },
          { type: 'sleep-timer', seconds: 2700 },
        ],
      })
      expect(topics.read(sent(toStream).topic)).toEqual({ kind: 'stream-set', stream: 'bedroom' })
      expect(parseStreamSet(sent(toStream).payload)).toEqual({
        ok: true,
        wishes: [{ type: 'playlist', playlist: 'lullabies' }],
      })
    })

    test('takes the volume alone where nothing else is wanted', () => {
      const [toPlayer, ...more] = press({ stream: '', card: '', sleep_minutes: 0 })
      expect(more).toEqual([])
      expect(parseFields(sent(toPlayer).payload)).toEqual({
        ok: true,
        wishes: [{ type: 'volume-step', step: 4 }],
      })
    })

    test('has its presses set the lights, and nobody else has', () => {
      const happened = (event: PlayerEvent, at = topics.player(id).event) =>
        runOn(event, { topic: at, inputs: { base_topic: base }, calls: { device_attr: deviceOf(id) } })
      expect(happened(pressed('left'))).toEqual([fading('scene.forest')])
      expect(happened(pressed('right'))).toEqual([fading('scene.sea')])
      expect(happened(pressed('next'))).toEqual([])
      expect(happened(choice('left'))).toEqual([])
      expect(happened(pressed('left'), topics.player('another').event)).toEqual([])
      expect(happened(pressed('left'), topics.stream('bedroom').event)).toEqual([])
    })
  })
})

describe('the bedtime button', () => {
  test('keeps the zeros and letters of ids and names that look like numbers', () => {
    const calls: Readonly<Record<string, Call>> = { device_attr: () => [['mqtt', 'yoto_p']] }
    const inputs = { ...filled[bedtime], playlist: '2024', card: '0012' }
    const [toStream, toPlayer] = runAutomation(filledIn(blueprint(bedtime), inputs), { calls })
    expect(parseStreamSet(sent(toStream).payload)).toMatchObject({ wishes: [{ playlist: '2024' }] })
    expect(parseFields(sent(toPlayer).payload)).toMatchObject({
      wishes: [{}, { type: 'card', card_id: '0012' }, {}],
    })
  })
})

describe('the playlist by who is home', () => {
  function chosen(at: { persons: string[]; state?: string; inputs?: Readonly<Record<string, Value>> }) {
    const { persons, state = 'lullabies', inputs = {} } = at
    const [call, ...more] = runAutomation(
      filledIn(blueprint(whoIsHome), { ...filled[whoIsHome], ...inputs }),
      {
        calls: {
          states: () => state,
          state_attr: ([zone, name]) => (zone === 'zone.home' && name === 'persons' ? persons : null),
        },
      },
    )
    expect(more).toEqual([])
    expect(call?.action ?? 'select.select_option').toBe('select.select_option')
    return call === undefined ? undefined : { of: call.target.entity_id, option: call.data.option }
  }
  const select = 'select.yoto_smart_stream_bedroom'

  test('goes by the first of the list who is there', () => {
    expect(chosen({ persons: ['person.grandpa'] })).toEqual({ of: select, option: 'calm' })
    expect(chosen({ persons: ['person.grandpa', 'person.aunt'] })).toEqual({ of: select, option: 'party' })
  })

  test('takes the other playlist while none of them is there, or leaves the stream as it is', () => {
    expect(chosen({ persons: ['person.neighbour'] })).toEqual({ of: select, option: 'daytime' })
    expect(chosen({ persons: [], inputs: { otherwise: '' } })).toBeUndefined()
  })

  test('chooses where the stream plays something else than a playlist', () => {
    expect(chosen({ persons: ['person.aunt'], state: 'unknown' })).toEqual({ of: select, option: 'party' })
  })

  test('chooses nothing that is chosen already, nor from a list that is not there', () => {
    expect(chosen({ persons: ['person.aunt'], state: 'party' })).toBeUndefined()
    expect(chosen({ persons: ['person.aunt'], state: 'unavailable' })).toBeUndefined()
  })

  test('offers the lists of playlists that streams have', () => {
    expect(selectorOf(blueprint(whoIsHome).inputs.get('stream'))).toEqual({
      entity: { filter: [{ integration: 'mqtt', domain: streamPlaylist.platform }] },
    })
  })

  test('begins when somebody comes or goes, and when Home Assistant starts', () => {
    expect(filledIn(blueprint(whoIsHome), filled[whoIsHome] ?? {}).triggers).toEqual([
      { trigger: 'state', entity_id: 'zone.home' },
      { trigger: 'homeassistant', event: 'start' },
    ])
  })
})

describe('the lights of a story', () => {
  const calls: Readonly<Record<string, Call>> = { device_attr: () => [['mqtt', 'yoto_p']] }
  const topic = topicsFor('yoto', 'homeassistant').player('p').event

  test('listen to kinds of events and to knobs that there are', () => {
    const { inputs } = blueprint(storyLights)
    const offered = optionsOf(inputs.get('kind'))
    expect(offered).toEqual(['button', 'story_choice'])
    expect(defaultOf(inputs.get('kind'))).toBe('button')
    expect(playerEventTypes).toEqual(expect.arrayContaining(offered))
    expect(buttons).toEqual(
      expect.arrayContaining(['first_answer', 'second_answer'].map((name) => defaultOf(inputs.get(name)))),
    )
  })

  test('follow the choices of a story instead, where that is wanted', () => {
    const inputs = { kind: 'story_choice' }
    expect(runOn(choice('right'), { topic, inputs, calls })).toEqual([fading('scene.sea')])
    expect(runOn(choice('silence'), { topic, inputs, calls })).toEqual([])
    expect(runOn(pressed('left'), { topic, inputs, calls })).toEqual([])
  })

  test('follow one story where one is named, and the answers as that story names them', () => {
    const inputs = { kind: 'story_choice', story: 'crossroads', first_answer: 'cave' }
    expect(runOn(choice('cave'), { topic, inputs, calls })).toEqual([fading('scene.forest')])
    expect(runOn(choice('left'), { topic, inputs, calls })).toEqual([])
    expect(runOn(choice('cave', 'another'), { topic, inputs, calls })).toEqual([])
  })

  test('stay as they are where an answer has no scene', () => {
    expect(runOn(pressed('left'), { topic, inputs: { first_scene: '' }, calls })).toEqual([])
  })
})

const occurrence = { player: 'p', at: '2026-11-21T19:00:00.000+00:00' }

function choice(answer: string, story = 'crossroads'): PlayerEvent {
  return { ...occurrence, type: 'story_choice', story, choice: answer }
}

function pressed(button: (typeof buttons)[number]): PlayerEvent {
  const card = { card_id: 'quJsr', chapter_key: 'right-a', track_key: 'right-a' }
  return { ...occurrence, type: 'button', button, confidence: 1, via: 'http', ...card }
}

/** What the blueprint of the lights does about an event, published as the bridge publishes it. */
function runOn(
  event: PlayerEvent,
  at: { topic: string; inputs: Readonly<Record<string, Value>>; calls: Readonly<Record<string, Call>> },
): Called[] {
  const automation = filledIn(blueprint(storyLights), { ...filled[storyLights], ...at.inputs })
  const payload = JSON.stringify({ ...event, event_type: event.type })
  const trigger = mqttTrigger(automation, { topic: at.topic, payload })
  return trigger === undefined ? [] : runAutomation(automation, { calls: at.calls, trigger })
}

function fading(scene: string): Called {
  return { action: 'scene.turn_on', target: { entity_id: scene }, data: { transition: 2 } }
}

function sent(called: Called | undefined): { topic: string; payload: string } {
  expect(called).toMatchObject({ action: 'mqtt.publish', data: { qos: 1 } })
  expect(called?.data).not.toHaveProperty('retain')
  return { topic: String(called?.data.topic), payload: String(called?.data.payload) }
}

function deviceFilters({ inputs }: Blueprint): Record<string, unknown>[] {
  return [...inputs.values()].flatMap((input) => {
    const { device } = selectorOf(input)
    return isRecord(device) && Array.isArray(device.filter) ? device.filter : []
  })
}

function optionsOf(input: unknown): string[] {
  const { select } = selectorOf(input)
  const options = isRecord(select) && Array.isArray(select.options) ? select.options : []
  return options.map(({ value }) => value)
}

function selectorOf(input: unknown): Record<string, unknown> {
  return isRecord(input) && isRecord(input.selector) ? input.selector : {}
}

function defaultOf(input: unknown): unknown {
  return isRecord(input) ? input.default : undefined
}
