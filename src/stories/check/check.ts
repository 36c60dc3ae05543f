import { waysOf } from '../../core/story.ts'
import { compileExpression } from '../../language/expression/expression.ts'
import type { Node } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import { list } from '../../language/wording.ts'
import { compiled, inHouse } from '../compiled.ts'
import type { ReadStory } from '../read/story.ts'
import { sayNoCard } from './card-size.ts'
import { explored, mostSituations, type PathStep } from './explored.ts'
import { findingsOf, type StoryFindings } from './findings.ts'
import { sayLongTexts } from './long-text.ts'
import type { NeverTaken } from './never-taken.ts'
import {
  pathInWords,
  roundInWords,
  sceneInWords,
  scenesInWords,
  valuesInWords,
  varsInWords,
  writtenScene,
} from './words.ts'

/** What is merely worth knowing of a story, and where. */
export interface StoryAdvice {
  readonly place: Node
  readonly code: string
  readonly message: string
  readonly help?: string
}

/** Searches the story through; errors and warnings are reported. Returns what is merely worth knowing. */
export async function checkStory(
  read: ReadStory,
  { report, breathe }: { readonly report: Report; readonly breathe: () => Promise<void> },
): Promise<readonly StoryAdvice[]> {
  const { story } = read
  const before = report.errorCount
  const anywhere = inHouse(compiled(story), 'any')
  const found = await findingsOf(await explored(anywhere, { breathe }), breathe)
  sayTrap(read, found, report)
  sayStuck(read, found, report)
  for (const { scene, behind } of found.unreachable) {
    const message = `no path from "${story.start}" reaches ${named(scene)}`
    const also = scenesInWords(behind).filter((name) => name !== scene)
    const help =
      also.length === 0
        ? 'let a way lead there, or take the scene out'
        : `let a way lead there, or take the scene out; it alone leads to ${list(also)}`
    report.add(place(read, scene), 'warning', 'story/unreachable', message, help)
  }
  sayNeverTaken(read, found, report)
  sayNoSilence(read, report)
  sayLongTexts(read, report)
  // What it cannot be follows from what is wrong with it, or from there being more of it than can be searched.
  const isSaid = report.errorCount > before || (found.isCapped && story.run === 'auto')
  if (!isSaid) await sayNoCard(read, { report, breathe })
  return [...adviceOn(found, read)]
}

function sayTrap(read: ReadStory, { trap }: StoryFindings, report: Report): void {
  if (trap === null) return
  const [first = read.story.start] = trap.scenes
  const names = Object.keys(trap.vars)
  const once = names.length === 0 ? '' : ` (with ${varsInWords(trap, names)})`
  const scenes = list(scenesInWords(trap.scenes))
  const round = trap.round.length === 0 ? '' : `. Shortest round: ${roundInWords(trap.round)}`
  const lost = trap.isUpToHouse
    ? 'only the house lets a child out: as long as it does not, they would go round for ever'
    : 'no ending can be reached: a child would go round for ever'
  const message = `from ${scenes}${once} ${lost}${round}`
  const path = trap.path.length === 0 ? '' : `reached by: ${pathInWords(trap.path)}; `
  const out = trap.isUpToHouse ? 'let an answer or chance lead out too' : 'let a way lead out'
  const help = `${path}${out}, or end the story in one of them with \`ending: <name>\``
  report.add(place(read, first), 'error', 'story/no-ending', message, help)
}

function sayStuck({ story, places, key }: ReadStory, { stuck }: StoryFindings, report: Report): void {
  for (const { situation, path, asked, upTo } of stuck) {
    const { scene } = situation
    const values = asked.length === 0 ? '' : ` with ${varsInWords(situation, asked)}`
    const none =
      upTo.length === 0
        ? 'no line of `branch` matches'
        : `it is up to the house whether a line of \`branch\` matches (${list(upTo)})`
    const message = `in "${scene}"${values} ${none}`
    const by = path.length === 0 ? beginsAt(scene, story) : reachedBy(path, story)
    const last = waysOf(story.scenes.get(scene) ?? { exit: { kind: 'ending', name: '' } }).at(-1)
    const at = (last && places.way(scene, last.cause)) ?? key
    report.add(at, 'error', 'story/stuck-guard', message, `${by}; add a last line without \`if\``)
  }
}

/** Why somebody is in a scene to which no way led. */
function beginsAt(scene: string, { start, bedtime }: ReadStory['story']): string {
  if (scene === start) return 'the story begins there'
  return scene === bedtime ? 'it is played at bedtime' : '"start again" leads there'
}

function reachedBy(path: readonly PathStep[], { start, bedtime }: ReadStory['story']): string {
  const first = path[0]?.scene
  const from = first === start ? '' : first === bedtime ? ' at bedtime' : ' from where it starts again'
  return `reached${from} by: ${pathInWords(path)}`
}

function sayNeverTaken(
  { story, places, key, environment }: ReadStory,
  { neverTaken }: StoryFindings,
  report: Report,
): void {
  for (const line of neverTaken) {
    const { scene, cause, to } = line
    if (line.condition !== null && isPlain(line.condition, environment)) continue
    const message = `"${scene}" → "${to}" can never happen: ${whyNever(line, story)}`
    report.add(places.way(scene, cause) ?? key, 'warning', 'story/never-taken', message)
  }
}

/** Whether the condition alone tells that it never holds: then that was said when it was read. */
function isPlain(condition: string, environment: ReadStory['environment']): boolean {
  const { findings } = compileExpression(condition, environment, 'bool')
  return findings.some(({ code }) => code === 'expr/always')
}

function whyNever({ cause, mayHold, there }: NeverTaken, story: ReadStory['story']): string {
  if (mayHold) {
    const isSecond = 'index' in cause && cause.index === 1
    return isSecond ? 'the line above it holds before' : 'a line above it always holds before'
  }
  const values = valuesInWords(there, story)
  return values === '' ? 'its condition never holds' : `whenever a child comes there, ${values}`
}

function sayNoSilence(read: ReadStory, report: Report): void {
  const said = new Set<string>()
  for (const { id, exit } of read.story.scenes.values()) {
    if (exit.kind !== 'question' || exit.silence !== null) continue
    // All options of a carousel are one question.
    const scene = writtenScene(id)
    if (said.has(scene)) continue
    said.add(scene)
    const message = `${named(scene)} waits for a button but does not say what happens if the child says nothing`
    const help =
      'write `silence: <scene>` there, or `silence: {go: <scene>}` in `defaults` for all of the story'
    report.add(place(read, scene), 'warning', 'story/no-silence', message, help)
  }
}

function* adviceOn(found: StoryFindings, read: ReadStory): Generator<StoryAdvice> {
  const { story, key } = read
  if (found.isPartial) {
    yield {
      place: key,
      code: 'story/analysis-capped',
      message: `story "${story.id}" sets a var from the house that may have too many values to try all of them: only the plain map of its scenes was checked`,
      help: 'a lower `max` of that var makes them fewer',
    }
  } else if (found.isCapped) {
    const most = mostSituations.toLocaleString('en')
    yield {
      place: key,
      code: 'story/analysis-capped',
      message: `story "${story.id}" has more than ${most} situations: of the others only the plain map of its scenes was checked`,
      help: 'fewer vars, or a lower `max`, make it fewer',
    }
  }
  for (const scene of found.lonely) {
    const message = `left and right of ${named(scene)} lead to the same place with the same effect`
    yield { place: place(read, scene), code: 'story/lonely-choice', message }
  }
  for (const { scene, name, at } of found.clamped) {
    const message = `${name} can try to pass ${at} in ${named(scene)}; it stays ${at}`
    yield { place: place(read, scene), code: 'story/clamped', message }
  }
}

function place({ places, key }: ReadStory, scene: string): Node {
  return places.scene(scene) ?? key
}

function named(scene: string): string {
  const option = sceneInWords(scene)
  return option === scene ? `scene "${scene}"` : option
}
