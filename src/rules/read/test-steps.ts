import { type Static, type TSchema, Type } from 'typebox'
import { buttons } from '../../core/event.ts'
import { answers } from '../../core/story.ts'
import { decode } from '../../language/check.ts'
import { duration, durationMs } from '../../language/duration.ts'
import type { Environment } from '../../language/expression/environment.ts'
import { didYouMean } from '../../language/names.ts'
import type { ListNode, Node } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import { readTagged, withShorthand } from '../../language/tagged.ts'
import { list } from '../../language/wording.ts'
import { playingChanges } from '../dry/house.ts'
import type { Deed, TestStep } from '../dry/rule-test.ts'
import { entityId } from '../entity.ts'
import type { Declarations } from './declarations.ts'
import { readExpectations } from './test-expectations.ts'
import type { Naming } from './test-naming.ts'
import { cardId, patchOfFields, playerFields, streamName } from './test-players.ts'
import { readValues } from './test-values.ts'

const player = Type.Optional(Type.String({ minLength: 1, expected: 'the name of a player' }))
const closed = { additionalProperties: false }
const named = Type.String({ minLength: 1, maxLength: 64, expected: 'a name of at most 64 characters' })
const answer = Type.Union(answers.map((one) => Type.Literal(one)))

interface StepDef<Schema extends TSchema = TSchema> {
  readonly title: string
  readonly describe: string
  readonly examples: readonly string[]
  readonly options: Schema
  readonly shorthand?: string
  /** Null after what is wrong was reported. */
  read(options: Static<Schema>, step: Reading & { readonly node: Node }): Deed | null
}

function step<Schema extends TSchema>(definition: StepDef<Schema>): StepDef<Schema> {
  return definition
}

/** What can happen in a test. A new step is an entry here, and a deed in `rule-test.ts`. */
export const steps: Readonly<Record<string, StepDef>> = {
  advance: step({
    title: 'Advance',
    describe: 'The clock goes on, and what is due on the way is done.',
    examples: ['- advance: 25m'],
    options: Type.Object({ for: duration }, closed),
    shorthand: 'for',
    read: (options) => ({ kind: 'advance', ms: durationMs(options.for) }),
  }),
  press: step({
    title: 'Press',
    describe: 'A knob is turned: left and right on your own cards, previous and next on any other.',
    examples: ['- press: right', '- press: {player: kids-room, button: left}'],
    options: Type.Object({ player, button: Type.Union(buttons.map((name) => Type.Literal(name))) }, closed),
    shorthand: 'button',
    read: ({ button, player: named }, reading) =>
      withPlayer(named, reading, (id) => ({ kind: 'press', player: id, button })),
  }),
  insert: step({
    title: 'Insert',
    describe: 'A card is put in, and begins to play.',
    examples: ['- insert: 7JtVV', '- insert: {stream: bedroom}'],
    options: Type.Object({ player, card: Type.Optional(cardId), stream: Type.Optional(streamName) }, closed),
    shorthand: 'card',
    read: ({ card, stream, player: named }, reading) => {
      const put = card === undefined ? (stream === undefined ? null : { stream }) : { id: card }
      if (put === null || (card !== undefined && stream !== undefined)) {
        const message = '`insert` takes either a card or the stream that it plays'
        reading.report.add(reading.node, 'error', 'type/value', message)
        return null
      }
      return withPlayer(named, reading, (id) => ({ kind: 'insert', player: id, card: put }))
    },
  }),
  remove: step({
    title: 'Remove',
    describe: 'The card is taken out.',
    examples: ['- remove: kids-room'],
    options: Type.Object({ player }, closed),
    shorthand: 'player',
    read: ({ player: named }, reading) =>
      withPlayer(named, reading, (id) => ({ kind: 'remove', player: id })),
  }),
  playing: step({
    title: 'Playing',
    describe: 'A player does so, in the words of the trigger `playing`.',
    examples: ['- playing: paused'],
    options: Type.Object(
      { player, change: Type.Union(playingChanges.map((change) => Type.Literal(change))) },
      closed,
    ),
    shorthand: 'change',
    read: ({ change, player: named }, reading) =>
      withPlayer(named, reading, (id) => ({ kind: 'playing', player: id, change })),
  }),
  player: step({
    title: 'Player',
    describe: 'A player says something else of itself.',
    examples: ['- player: {volume: 3}'],
    options: Type.Object({ player, ...playerFields }, closed),
    read: ({ player: named, ...fields }, reading) =>
      withPlayer(named, reading, (id) => ({
        kind: 'player',
        player: id,
        patch: patchOfFields(fields, 'paused'),
      })),
  }),
  input: step({
    title: 'Input',
    describe: 'Somebody sets inputs.',
    examples: ['- input: {party: true}'],
    options: Type.Record(Type.String(), Type.String(), {
      minProperties: 1,
      expected: 'names of inputs with their values, as in {party: true}',
    }),
    read(_options, { node, ...reading }) {
      const values = readValues('inputs', node, reading)
      return values === null ? null : { kind: 'input', values }
    },
  }),
  ha: step({
    title: 'Home Assistant',
    describe: 'Entities of Home Assistant go to another state.',
    examples: ['- ha: {binary_sensor.front_door: "on"}'],
    options: Type.Record(entityId, Type.String({ minLength: 1, maxLength: 255 }), {
      minProperties: 1,
      additionalProperties: false,
      expected: 'entities of Home Assistant with their states, as in {light.nursery: "on"}',
    }),
    read: (states) => ({ kind: 'ha', states: new Map(Object.entries(states)) }),
  }),
  mqtt: step({
    title: 'MQTT',
    describe: 'Somebody publishes on the local broker.',
    examples: ['- mqtt: {topic: home/party/set, payload: "ON"}'],
    options: Type.Object(
      {
        topic: Type.String({ pattern: '^[^+#]+$', expected: 'a topic without + and #' }),
        payload: Type.Optional(Type.String()),
      },
      closed,
    ),
    shorthand: 'topic',
    read: ({ topic, payload = '' }) => ({ kind: 'mqtt', topic, payload }),
  }),
  webhook: step({
    title: 'Webhook',
    describe: 'Somebody calls a webhook.',
    examples: ['- webhook: garden-bell', '- webhook: {name: garden-bell, body: ring}'],
    options: Type.Object({ name: Type.String({ minLength: 1 }), body: Type.Optional(Type.String()) }, closed),
    shorthand: 'name',
    read: ({ name, body = '' }) => ({ kind: 'webhook', name, body }),
  }),
  story: step({
    title: 'Story',
    describe:
      'Something comes to be in a story on a card of yours, in the words of the trigger `story`; an answer leads where the story says.',
    examples: [
      '- story: {is: choice, story: lighthouse, scene: harbour, choice: left}',
      '- story: {is: ended, story: lighthouse, ending: song}',
    ],
    options: Type.Union([
      Type.Object({ is: Type.Literal('started'), story: named, player }, closed),
      Type.Object({ is: Type.Literal('reached'), story: named, scene: named, player }, closed),
      Type.Object(
        {
          is: Type.Literal('choice'),
          story: named,
          scene: named,
          choice: answer,
          leads_to: Type.Optional(named),
          player,
        },
        closed,
      ),
      Type.Object({ is: Type.Literal('ended'), story: named, ending: Type.Optional(named), player }, closed),
    ]),
    read({ player: who, ...told }, reading) {
      const { naming, node } = reading
      naming.names('story', told.story, scalarOf(node, 'story'))
      if ('scene' in told) naming.names('scene', `${told.story}/${told.scene}`, scalarOf(node, 'scene'))
      if ('leads_to' in told && told.leads_to !== undefined)
        naming.names('scene', `${told.story}/${told.leads_to}`, scalarOf(node, 'leads_to'))
      const deed = (id: string | null): Deed => ({
        kind: 'story',
        player: id,
        told: told.is === 'ended' ? { ...told, ending: told.ending ?? null } : told,
      })
      return who === undefined && reading.player === null ? deed(null) : withPlayer(who, reading, deed)
    },
  }),
}

interface Reading {
  readonly report: Report
  readonly naming: Naming
  /** What expectations can speak of. */
  readonly environment: Environment
  readonly declared: Declarations
  /** The players of the test. */
  readonly players: ReadonlySet<string>
  /** The one that is meant where none is named. */
  readonly player: string | null
}

// One step a minute is more than anybody waits for; whole weeks are seconds.
const longestMs = 8 * 86_400_000

/** Reads the steps of a test, or null after what is wrong was reported. */
export function readSteps(node: ListNode, reading: Reading): TestStep[] | null {
  const { report } = reading
  const all = node.items.map((item, index) => readStep(item, { ...reading, number: index + 1 }))
  const good = all.filter((step) => step !== null)
  if (good.length < all.length) return null
  let ms = 0
  for (const step of good) {
    ms += step.kind === 'advance' ? step.ms : 0
    if (ms <= longestMs) continue
    report.add(step.span, 'error', 'type/value', 'a test lasts at most 8 days of its own clock')
    return null
  }
  return good
}

function readStep(item: Node, reading: Reading & { readonly number: number }): TestStep | null {
  const { report, number } = reading
  const tagged = readTagged(item, report, { what: 'step', kinds: ['expect', ...Object.keys(steps)] })
  if (tagged === undefined) return null
  if (tagged.if !== undefined) {
    report.add(tagged.if, 'error', 'key/unknown', 'a step of a test has no condition: it always happens')
    return null
  }
  if (!tagged.enabled) {
    report.add(tagged.keyNode, 'error', 'key/unknown', 'a step of a test cannot be switched off: take it out')
    return null
  }
  const place = { number, span: tagged.keyNode.span }
  if (tagged.kind === 'expect') {
    const expectations = readExpectations(tagged.value, { ...reading, key: tagged.keyNode })
    return expectations === null ? null : { ...place, kind: 'expect', expectations }
  }
  const definition = Object.hasOwn(steps, tagged.kind) ? steps[tagged.kind] : undefined
  if (definition === undefined) return null
  const value = withShorthand(tagged.value, definition.shorthand)
  const options: Static<TSchema> | undefined = decode(definition.options, value, report, {
    what: `step \`${tagged.kind}\``,
  })
  if (options === undefined) return null
  const deed = definition.read(options, { ...reading, node: tagged.value })
  if (deed === null) return null
  if (deed.kind === 'insert' && 'stream' in deed.card)
    reading.naming.names('stream', deed.card.stream, scalarOf(tagged.value, 'stream'))
  return { ...place, ...deed }
}

function withPlayer(
  named: string | undefined,
  { report, node, players, player }: Reading & { readonly node: Node },
  deed: (player: string) => Deed,
): Deed | null {
  const id = named ?? player
  const known = list([...players])
  if (id === null) {
    const message =
      players.size === 0 ? 'this test has no player' : `which player is meant? The test has ${known}`
    report.add(
      node,
      'error',
      'key/missing',
      message,
      players.size === 0 ? noPlayer : 'name it with `player:`',
    )
    return null
  }
  if (players.has(id)) return deed(id)
  const near = didYouMean(id, players)
  const question = near === null ? '' : ` - did you mean "${near}"?`
  const message = `the test has no player "${id.slice(0, 40)}"${question}`
  report.add(scalarOf(node, 'player'), 'error', 'test/unknown-name', message, noPlayer)
  return null
}

const noPlayer = 'put it into the `players` of the test, as in `players: {kids-room: {playing: true}}`'

function scalarOf(node: Node, key: string): Node {
  return (node.kind === 'map' ? node.entries.get(key)?.value : undefined) ?? node
}
