import type { Exit, Question, Scene } from '../../core/story.ts'
import type { Expression } from '../../language/expression/expression.ts'
import { readExpression } from '../../language/expression/read.ts'
import { entryOf, type Node, type ScalarNode } from '../../language/node.ts'
import { carouselOf } from './carousel.ts'
import { asClip } from './clips.ts'
import type { SceneDraft, SceneReading, WrittenScene } from './reading.ts'
import { timesIn } from './silence.ts'
import { asWay, readWay, silenceOf } from './ways.ts'

/** The exit of the scene, null after errors; `more`: scenes that were made for it. */
export function exitOf(
  draft: SceneDraft,
  reading: SceneReading,
): { readonly exit: Exit | null; readonly more: readonly Scene[] } {
  const { carousel } = draft.written
  if (carousel !== undefined) return carouselOf(draft, reading)
  return { exit: plainExit(draft, reading), more: [] }
}

function plainExit(draft: SceneDraft, reading: SceneReading): Exit | null {
  const { go, branch, random, ending } = draft.written
  if (ending !== undefined) return { kind: 'ending', name: ending }
  if (go !== undefined) {
    const way = readWay(
      draft,
      { cause: { kind: 'go' }, written: asWay(go), node: entryOf(draft.node, 'go') },
      reading,
    )
    return way === null ? null : { kind: 'go', way }
  }
  if (branch !== undefined) return branchOf(draft, branch, reading)
  if (random !== undefined) return randomOf(draft, random, reading)
  return questionOf(draft, reading)
}

function branchOf(
  draft: SceneDraft,
  lines: NonNullable<WrittenScene['branch']>,
  reading: SceneReading,
): Exit | null {
  const nodes = itemsOf(entryOf(draft.node, 'branch'))
  const read = lines.map((line, index) => {
    const node = nodes[index] ?? draft.node
    const way = readWay(draft, { cause: { kind: 'branch', index }, written: line, node }, reading)
    if (line.if === undefined) return way && { if: null, way }
    const text = entryOf(node, 'if')
    const expression = text.kind === 'scalar' ? conditionIn(text, reading) : undefined
    return way === null || expression === undefined ? null : { if: expression.text, way }
  })
  const good = read.filter((line) => line !== null)
  return good.length === read.length ? { kind: 'branch', lines: good } : null
}

function conditionIn(node: ScalarNode, reading: SceneReading): Expression | undefined {
  const { report, environment, asked } = reading
  const expression = readExpression(node, report, { environment, wanted: 'bool' })
  if (expression !== undefined) asked.note(expression, node, reading)
  return expression
}

function randomOf(
  draft: SceneDraft,
  picks: NonNullable<WrittenScene['random']>,
  reading: SceneReading,
): Exit | null {
  const nodes = itemsOf(entryOf(draft.node, 'random'))
  const read = picks.map((pick, index) => {
    const written = typeof pick === 'string' ? { go: pick } : pick
    const node = nodes[index] ?? draft.node
    const way = readWay(draft, { cause: { kind: 'random', index }, written, node }, reading)
    return way && { weight: typeof pick === 'string' ? 1 : (pick.weight ?? 1), way }
  })
  const good = read.filter((pick) => pick !== null)
  const notTwice = draft.written.not_twice ?? false
  return good.length === read.length ? { kind: 'random', picks: good, notTwice } : null
}

function questionOf(draft: SceneDraft, reading: SceneReading): Question | null {
  const { node, written, key, id } = draft
  const { left, right, ask } = written
  if (left === undefined && right === undefined) {
    const message = `scene "${id}" asks and has no answer: neither \`left\` nor \`right\``
    const help = 'add `left: <scene>` or `right: <scene>`; where nobody is asked, `go: <scene>` moves on'
    reading.report.add(key, 'error', 'key/missing', message, help)
    return null
  }
  const answer = (kind: 'left' | 'right') => {
    const way = written[kind]
    if (way === undefined) return undefined
    return readWay(draft, { cause: { kind }, written: asWay(way), node: entryOf(node, kind) }, reading)
  }
  const ways = { left: answer('left'), right: answer('right'), silence: silenceOf(draft, reading) }
  if (ways.left === null || ways.right === null || ways.silence === null) return null
  return {
    kind: 'question',
    ask: asClip(ask, entryOf(node, 'ask'), reading),
    hearOut: written.hear_out ?? reading.defaults.hearOut,
    ...timesIn(written.silence, reading.defaults),
    left: ways.left ?? null,
    right: ways.right ?? null,
    silence: ways.silence ?? null,
  }
}

function itemsOf(node: Node): readonly Node[] {
  return node.kind === 'list' ? node.items : []
}
