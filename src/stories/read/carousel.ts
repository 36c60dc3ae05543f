import type { Exit, Scene } from '../../core/story.ts'
import { entryOf, type Node } from '../../language/node.ts'
import { clipOf } from './clips.ts'
import type { SceneDraft, SceneReading } from './reading.ts'
import { timesIn } from './silence.ts'
import { readWay, silenceOf, targetOf } from './ways.ts'

/**
 * A choice of more than two: the scene itself, and one for each option behind it, on which left goes on to the next and
 * right takes it. Their names are those of the scene with a number, as nobody can write one: `fork.2`.
 */
export function carouselOf(
  draft: SceneDraft,
  reading: SceneReading,
): { readonly exit: Exit | null; readonly more: readonly Scene[] } {
  const { id, key, node, written } = draft
  const options = written.carousel ?? []
  const list = entryOf(node, 'carousel')
  const nodes: readonly Node[] = list.kind === 'list' ? list.items : []
  const silence = silenceOf(draft, reading)
  const times = timesIn(written.silence, reading.defaults)
  const made = options.map((option, index): Scene | null => {
    const at = nodes[index] ?? node
    const own = optionId(id, index)
    reading.places.addScene(own, at)
    const what = `option ${index + 1} of "${id}"`
    const play = at.kind === 'map' ? clipOf(at, option, reading) : null
    const right = readWay({ id: own }, { cause: { kind: 'right' }, written: option, node: at }, reading)
    if (play === null) {
      const message = `${what} is silent: it needs \`play\` or \`say\``
      reading.report.add(targetOf(at), 'error', 'key/missing', message)
    }
    if (silence === null || right === null || !play) return null
    if (silence !== undefined) reading.places.addWay(own, { kind: 'silence' }, entryOf(node, 'silence'))
    const left = { to: optionId(id, (index + 1) % options.length), set: [] }
    const hearOut = written.hear_out ?? reading.defaults.hearOut
    const exit: Exit = {
      kind: 'question',
      ask: null,
      hearOut,
      ...times,
      left,
      right,
      silence: silence ?? null,
    }
    return { id: own, play, again: null, set: [], exit }
  })
  const more = made.filter((scene) => scene !== null)
  if (more.length < made.length) return { exit: null, more: [] }
  reading.places.addWay(id, { kind: 'go' }, key)
  return { exit: { kind: 'go', way: { to: optionId(id, 0), set: [] } }, more }
}

function optionId(scene: string, index: number): string {
  return `${scene}.${index + 1}`
}
