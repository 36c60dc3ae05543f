import type { Answer } from '../../core/story.ts'
import { type Declaration, type PlainValue, takenBy, valueIn } from '../../core/value-form.ts'
import { decode } from '../../language/check.ts'
import { foundIn } from '../../language/expected.ts'
import type { Values } from '../../language/expression/environment.ts'
import { didYouMean } from '../../language/names.ts'
import { entryOf, isEmpty, type MapNode, type Node, type Span } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import { list, quote } from '../../language/wording.ts'
import type { DeclaredHouse } from '../house.ts'
import { storyTestSchema } from './schema.ts'
import { houseIn } from './test-house.ts'
import { unknownScene } from './unknown-scene.ts'

/** What somebody presses in a story, and where that is to lead. */
export interface StoryTest {
  readonly id: string
  /** One for each question that is come to; `silence` says nothing until the story goes on by itself. */
  readonly presses: readonly Answer[]
  /** Of chance. */
  readonly seed: number
  /** What the house answers. What is not said and has no start is not known. */
  readonly house: Values
  /** Absent: not looked at. */
  readonly expect: {
    readonly ending?: string
    /** The scene it comes to. */
    readonly scene?: string
    /** Every scene that is heard, in order; those of a carousel's options are not among them. */
    readonly scenes?: readonly string[]
    readonly vars: ReadonlyMap<string, PlainValue>
  }
  /** Where its expectations stand. */
  readonly span: Span
}

interface Reading {
  readonly report: Report
  readonly house: DeclaredHouse
  readonly story: string
  readonly scenes: ReadonlySet<string>
  readonly endings: ReadonlySet<string>
  readonly vars: ReadonlyMap<string, Declaration>
  /** Vars that are declared and wrong. */
  readonly faulty: ReadonlySet<string>
}

/** Reads `tests:` of a story; what is wrong is reported and left out. */
export function readStoryTests(root: MapNode, reading: Reading): readonly StoryTest[] {
  const node = root.entries.get('tests')?.value
  if (node === undefined || isEmpty(node)) return []
  if (node.kind !== 'map') {
    reading.report.add(
      node,
      'error',
      'type/value',
      '`tests` takes a map: a name for each, with `press` and `expect`',
    )
    return []
  }
  return [...node.entries].flatMap(([id, { value }]) => readTest(id, value, reading) ?? [])
}

function readTest(id: string, node: Node, reading: Reading): StoryTest | undefined {
  const { report, story, scenes } = reading
  const before = report.errorCount
  const written = decode(storyTestSchema, node, report, { what: `test "${id}"` })
  if (written === undefined) return undefined
  const { press, seed = 1, expect } = written
  const place = entryOf(node, 'expect')
  const { ending, scene, scenes: heard } = expect
  if (scene !== undefined && !scenes.has(scene))
    unknownScene(entryOf(place, 'scene'), { scene, story, scenes }, report)
  if (ending !== undefined) checkEnding(entryOf(place, 'ending'), ending, reading)
  const items = entryOf(place, 'scenes')
  for (const [index, one] of (heard ?? []).entries())
    if (!scenes.has(one))
      unknownScene(
        (items.kind === 'list' ? items.items[index] : undefined) ?? items,
        { scene: one, story, scenes },
        report,
      )
  const test: StoryTest = {
    id,
    presses: press.map((word) => (word === 'wait' ? 'silence' : (word as Answer))),
    seed,
    house: houseIn(node, reading),
    expect: {
      ...(ending === undefined ? {} : { ending }),
      ...(scene === undefined ? {} : { scene }),
      ...(heard === undefined ? {} : { scenes: heard }),
      vars: valuesIn(place, reading),
    },
    span: place.span,
  }
  return report.errorCount > before ? undefined : test
}

function checkEnding(node: Node, ending: string, { endings, report, story }: Reading): void {
  if (endings.has(ending)) return
  const near = didYouMean(ending, endings)
  const question = near === null ? '' : ` - did you mean "${near}"?`
  const known = endings.size === 0 ? `story "${story}" has none` : `known: ${list([...endings])}`
  const message = `there is no ending ${quote(ending)} in story "${story}"${question}`
  report.add(node, 'error', 'test/unknown-name', message, near === null ? known : undefined)
}

function valuesIn(expect: Node, { vars, faulty, report, story }: Reading): ReadonlyMap<string, PlainValue> {
  const node = expect.kind === 'map' ? expect.entries.get('vars')?.value : undefined
  const found = new Map<string, PlainValue>()
  if (node?.kind !== 'map') return found
  for (const [name, { key, value }] of node.entries) {
    const declared = vars.get(name)
    if (declared === undefined && faulty.has(name)) continue
    if (declared === undefined) {
      const near = report.isFull ? null : didYouMean(name, vars.keys())
      const question = near === null ? '' : ` - did you mean "${near}"?`
      const message = `there is no var ${quote(name)} in story "${story}"${question}`
      const known = vars.size === 0 ? `story "${story}" has none` : `known: ${list([...vars.keys()])}`
      report.add(key, 'error', 'test/unknown-name', message, near === null ? known : undefined)
      continue
    }
    const read = value.kind === 'scalar' ? valueIn(declared.form, value.text) : null
    if (read === null) {
      const message = `var ${quote(name)} takes ${takenBy(declared.form)}, not ${foundIn(value)}`
      report.add(isEmpty(value) ? key : value, 'error', 'type/value', message)
    } else found.set(name, read)
  }
  return found
}
