import { Type } from 'typebox'
import { answerFault } from '../../core/answer.ts'
import { streamNamePattern } from '../../core/queue.ts'
import { decode } from '../../language/check.ts'
import type { MapNode, Node } from '../../language/node.ts'
import { askedEnvironment } from '../names.ts'
import type { FiledAnswer } from '../rule-set.ts'
import { readConditions } from './conditions.ts'
import { silencedIn } from './declarations.ts'
import { askingIn, type Reading } from './rules.ts'

export const answerSchema = Type.Object(
  {
    stream: Type.String({ pattern: streamNamePattern.source, expected: 'the name of another stream' }),
    player: Type.Optional(Type.String({ minLength: 1, expected: 'the name of a player' })),
    if: Type.Optional(Type.Unknown()),
  },
  { additionalProperties: false },
)

/** One answer with what messages about it point at. */
export interface ReadAnswer {
  readonly answer: FiledAnswer
  readonly node: Node
}

/** Of one stream. */
export const mostAnswers = 100

/** Reads the list `answers:` of a stream's schedule; wrong ones are reported and left out. */
export function readAnswers(stream: string, schedule: MapNode, reading: Reading): ReadAnswer[] {
  const { report } = reading
  const list = schedule.entries.get('answers')?.value
  if (list === undefined) return []
  if (list.kind !== 'list') {
    const help = 'as in `- {stream: anna-night, if: player.name == "Anna"}`, one to a line'
    report.add(list, 'error', 'type/value', '`answers` takes a list', help)
    return []
  }
  const beyond = list.items[mostAnswers]
  if (beyond !== undefined) {
    const message = `a stream can have at most ${mostAnswers} answers, and these are ${list.items.length}`
    report.add(beyond, 'error', 'type/value', message)
    return []
  }
  const declared = silencedIn(reading.declared, report.file)
  const asking = askingIn(askedEnvironment(declared), { ...reading, declared }, null)
  return list.items.flatMap((node, index) => {
    const written = decode(answerSchema, node, report, { what: `answer ${index + 1}` })
    if (node.kind !== 'map') return []
    const conditions = readConditions(node.entries.get('if')?.value, asking)
    if (written === undefined || conditions === null) return []
    const place = `${report.file}:${report.lineOf(node)}`
    const answer = { stream: written.stream, player: written.player ?? null, if: conditions, place }
    return isSensible(answer, { node, index, asked: stream, report }) ? [{ answer, node }] : []
  })
}

interface Where {
  readonly node: MapNode
  readonly index: number
  readonly asked: string
  readonly report: Reading['report']
}

/** Whether both the answer and the stream that it stands for can be heard. */
function isSensible({ stream, player, if: conditions }: FiledAnswer, where: Where): boolean {
  const { node, index, asked, report } = where
  const which = `answer ${index + 1}`
  const fault = answerFault(asked, { stream, when: {} })
  if (fault !== null)
    report.add(node.entries.get('stream')?.value ?? node, 'error', 'schedule/answer', `${which} ${fault}`)
  const isBare = player === null && conditions.length === 0
  if (isBare)
    report.add(
      node,
      'error',
      'schedule/answer',
      `${which} always holds, and "${asked}" itself could never be heard`,
      'say when it holds with `if`, or for whom with `player`',
    )
  return fault === null && !isBare
}
