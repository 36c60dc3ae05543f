import { type Static, Type } from 'typebox'
import { decode } from '../../language/check.ts'
import type { MapNode, Node, ScalarNode } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import type { RuleTest } from '../dry/rule-test.ts'
import { momentOf } from '../moment.ts'
import { silencedIn } from './declarations.ts'
import type { Declared } from './declared.ts'
import { environmentForTests } from './test-expectations.ts'
import { Naming } from './test-naming.ts'
import { playerOf, type ReadPlayer, stagePlayer, streamName } from './test-players.ts'
import { readSteps } from './test-steps.ts'
import { readValues } from './test-values.ts'

export const testSchema = Type.Object(
  {
    now: Type.String({
      pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?$',
      expected: 'a date and a time such as "2026-11-24T19:29:00"',
    }),
    stream: Type.Optional(streamName),
    player: Type.Optional(Type.String({ minLength: 1 })),
    players: Type.Optional(Type.Record(Type.String(), stagePlayer)),
    vars: Type.Optional(Type.Unknown()),
    inputs: Type.Optional(Type.Unknown()),
    seed: Type.Optional(Type.Integer({ minimum: 0, maximum: 4_294_967_295 })),
    steps: Type.Unknown(),
  },
  { additionalProperties: false },
)

export interface ReadTest {
  readonly test: Omit<RuleTest, 'players'>
  readonly players: ReadonlyMap<string, ReadPlayer>
  readonly node: ScalarNode
  readonly naming: Naming
}

interface Reading {
  readonly report: Report
  readonly declared: Declared
}

/** Reads the map `tests:`; wrong ones are reported and left out. */
export function readTests(node: MapNode, given: Reading): ReadTest[] {
  const reading = { ...given, declared: silencedIn(given.declared, given.report.file) }
  return [...node.entries].flatMap(([id, { key, value }]) => {
    const test = readTest({ id, key, value }, reading)
    return test === null ? [] : [test]
  })
}

interface Written {
  readonly id: string
  readonly key: ScalarNode
  readonly value: Node
}

function readTest({ id, key, value }: Written, { report, declared }: Reading): ReadTest | null {
  const before = report.errorCount
  const head = decode(testSchema, value, report, { what: `test "${id}"` })
  if (head === undefined || value.kind !== 'map') return null
  const now = momentIn(head.now, declared)
  const entry = (name: string) => value.entries.get(name)?.value ?? key
  if (now === null) report.add(entry('now'), 'error', 'type/value', `there is no such moment as ${head.now}`)
  const players = new Map(Object.entries(head.players ?? {}).map(([name, said]) => [name, playerOf(said)]))
  const player = playerIn(head, { players, node: entry('player'), report })
  const naming = namingOf(value)
  const steps = entry('steps')
  if (steps.kind !== 'list' || steps.items.length === 0) {
    report.add(steps, 'error', 'type/value', '`steps` takes a list', 'begin each line with "- "')
    return null
  }
  const vars = readValues('vars', value.entries.get('vars')?.value, { report, declared })
  const inputs = readValues('inputs', value.entries.get('inputs')?.value, { report, declared })
  const environment = environmentForTests(declared)
  const read = readSteps(steps, {
    report,
    naming,
    environment,
    declared,
    players: new Set(players.keys()),
    player,
  })
  if (now === null || read === null || vars === null || inputs === null || report.errorCount > before)
    return null
  const { stream = null, seed = 1 } = head
  return {
    test: { id, file: report.file, span: key.span, now, seed, stream, player, vars, inputs, steps: read },
    players,
    node: key,
    naming,
  }
}

function momentIn(text: string, { calendar }: Declared): Date | null {
  return momentOf(text, { now: new Date(0), zone: calendar.zone })
}

interface Players {
  readonly players: ReadonlyMap<string, ReadPlayer>
  readonly node: Node
  readonly report: Report
}

/** The player of the test: the one it names, or the only one there is. */
function playerIn(head: Static<typeof testSchema>, { players, node, report }: Players): string | null {
  const [only, another] = [...players.keys()]
  const player = head.player ?? (another === undefined ? only : undefined) ?? null
  if (head.player === undefined || players.has(head.player)) return player
  report.add(
    node,
    'error',
    'test/unknown-name',
    `the test has no player "${head.player.slice(0, 40)}"`,
    'put it into the `players` of the test',
  )
  return null
}

/** With the streams that the head of the test names. */
function namingOf(test: MapNode): Naming {
  const naming = new Naming()
  const players = test.entries.get('players')?.value
  const heads = players?.kind === 'map' ? [...players.entries.values()].map(({ value }) => value) : []
  for (const head of [test, ...heads]) {
    const stream = head.kind === 'map' ? head.entries.get('stream')?.value : undefined
    if (stream?.kind === 'scalar') naming.names('stream', stream.text, stream)
  }
  return naming
}
