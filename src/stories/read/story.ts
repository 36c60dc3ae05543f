import type { Static } from 'typebox'
import type { Scene, Story } from '../../core/story.ts'
import type { Declaration } from '../../core/value-form.ts'
import { decode } from '../../language/check.ts'
import { checkName, readVar } from '../../language/declaration.ts'
import { durationMs } from '../../language/duration.ts'
import type { Environment } from '../../language/expression/environment.ts'
import {
  entryOf,
  isEmpty,
  type MapEntry,
  type MapNode,
  type Node,
  type ScalarNode,
} from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import { quote } from '../../language/wording.ts'
import { storyEnvironment } from '../compiled.ts'
import { type DeclaredHouse, noHouse } from '../house.ts'
import { Asked } from './asked.ts'
import { readDefaults } from './defaults.ts'
import { type NamedFile, Places } from './places.ts'
import type { SceneReading, StoryReading } from './reading.ts'
import { readScene } from './scene.ts'
import { mostScenes, mostVars, storySchema } from './schema.ts'
import { readStoryTests, type StoryTest } from './tests.ts'
import { unknownScene } from './unknown-scene.ts'

/** A story of a file, with the places that messages about it point at. */
export interface ReadStory {
  readonly story: Story
  /** Its name in the file. */
  readonly key: Node
  readonly places: Places
  /** The names that its expressions may use. */
  readonly environment: Environment
  /** The expressions that ask for entities of Home Assistant. */
  readonly entities: readonly Node[]
  /** Every audio file that it names, at each of its places. */
  readonly files: readonly NamedFile[]
  /** The folder of the library that they are in; '' where it names none. */
  readonly folder: string
  readonly tests: readonly StoryTest[]
}

type Written = Static<typeof storySchema>

interface StoryChecks {
  readonly report: Report
  /** Gets what is wrong with its tests; without it the other does. */
  readonly testReport?: Report
  readonly breathe: () => Promise<void>
  /** Without it the story knows its own vars alone. */
  readonly house?: DeclaredHouse
  /** Whether all of it was checked before: then its tests are not read. */
  readonly isChecked?: boolean
}

/**
 * Reads a story; undefined after everything that is wrong was reported, of its scenes too where the story itself is not
 * in order. `breathe` is asked for between two scenes.
 */
export async function readStory(
  id: string,
  { key, value }: MapEntry,
  { report, testReport = report, breathe, house = noHouse, isChecked = false }: StoryChecks,
): Promise<ReadStory | undefined> {
  const before = report.errorCount
  if (!plainName.test(id)) sayName(key, 'story', report)
  const written = decode(storySchema, value, report, { what: `story "${id}"` })
  if (value.kind !== 'map') return undefined
  const { vars, faulty } = readVars(value, report)
  const scenes = scenesOf(value, report)
  if (scenes === undefined) return undefined
  const places = new Places()
  const shared: StoryReading = {
    ...{ story: id, report, vars, faulty, places },
    environment: storyEnvironment(vars, { house: house.environment, faulty }),
    asked: new Asked(),
    folder: (written?.audio ?? '').replace(/\/+$/, ''),
    scenes: new Set(scenes.entries.keys()),
    files: [],
  }
  const reading = { ...shared, defaults: readDefaults(value, written?.defaults, shared) }
  const read = new Map<string, Scene>()
  for (const entry of scenes.entries.values()) {
    for (const scene of readScene(entry, reading)) read.set(scene.id, scene)
    await breathe()
  }
  const story = written && storyOf(id, written, { root: value, reading, read, scenes })
  const tests = isChecked
    ? []
    : readStoryTests(value, { ...reading, report: testReport, house, endings: endingsIn(scenes) })
  if (story === undefined || report.errorCount > before) return undefined
  const { environment, files, folder, asked } = reading
  return { story, key, places, environment, files, folder, entities: asked.entities, tests }
}

interface Parts {
  readonly root: MapNode
  readonly reading: SceneReading
  readonly read: ReadonlyMap<string, Scene>
  readonly scenes: MapNode
}

function storyOf(id: string, written: Written, { root, reading, read, scenes }: Parts): Story {
  const [first = ''] = scenes.entries.keys()
  const start = sceneNamed('start', root, written.start, reading) ?? first
  const said = saidOnce(root, reading)
  const resume = said('resume', written.resume, written.defaults?.resume)
  const asks = reading.asked.names
  return {
    id,
    title: written.title ?? id,
    run: written.run ?? 'auto',
    card: written.card ?? null,
    scenes: read,
    start,
    vars: reading.vars,
    home: said('home', written.home, written.defaults?.home) ?? start,
    bedtime: said('bedtime', written.bedtime, written.defaults?.bedtime) ?? null,
    resumeMs: resume === false ? null : durationMs(resume ?? usualResume),
    ...(asks === undefined ? {} : { asks }),
  }
}

const usualResume = '7d'

/** What may stand in the story or in its `defaults`, not in both. A scene that is named must be there. */
function saidOnce(root: MapNode, reading: SceneReading) {
  return <Value>(name: 'home' | 'bedtime' | 'resume', own?: Value, inDefaults?: Value): Value | undefined => {
    const defaults = entryOf(root, 'defaults')
    if (own !== undefined && inDefaults !== undefined) {
      const message = `\`${name}\` stands in story "${reading.story}" and in its \`defaults\``
      reading.report.add(entryOf(defaults, name), 'error', 'yaml/duplicate', message, 'leave one of them out')
    }
    if (name === 'resume') return own ?? inDefaults
    if (typeof own === 'string') sceneNamed(name, root, own, reading)
    if (typeof inDefaults === 'string') sceneNamed(name, defaults, inDefaults, reading)
    return own ?? inDefaults
  }
}

function sceneNamed(
  name: string,
  node: Node,
  scene: string | undefined,
  { report, scenes, story }: SceneReading,
): string | undefined {
  if (scene === undefined || scenes.has(scene)) return scene
  unknownScene(entryOf(node, name), { scene, story, scenes }, report)
  return scene
}

const plainName = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} _-]{0,59}$/u

function sayName(node: ScalarNode, what: 'scene' | 'story', report: Report): void {
  const name = node.text === '' ? 'an empty text' : quote(node.text)
  const message = `${name} cannot be the name of a ${what}: use up to 60 letters, digits, spaces, "-" and "_", a letter or a digit first`
  report.add(node, 'error', 'yaml/reserved-id', message)
}

/** As they are written, be their scenes in order or not. */
function endingsIn(scenes: MapNode): ReadonlySet<string> {
  const endings = [...scenes.entries.values()].map(({ value }) => entryOf(value, 'ending'))
  return new Set(endings.flatMap((ending) => (ending.kind === 'scalar' ? [ending.text] : [])))
}

function scenesOf(root: MapNode, report: Report): MapNode | undefined {
  const { key, value } = root.entries.get('scenes') ?? {}
  if (key === undefined || value === undefined) return undefined
  if (value.kind !== 'map' || value.entries.size === 0) {
    const help = 'as in `scenes: {gate: {play: gate.mp3, ending: home}}`'
    report.add(
      isEmpty(value) ? key : value,
      'error',
      'type/value',
      '`scenes` takes a map: a name for each scene',
      help,
    )
    return undefined
  }
  if (value.entries.size > mostScenes) {
    const [count, most] = [value.entries.size, mostScenes].map((number) => number.toLocaleString('en'))
    const message = `the story has ${count} scenes; it may have ${most}`
    report.add(key, 'error', 'type/value', message, 'make several stories of it')
    return undefined
  }
  for (const { key: name } of value.entries.values())
    if (!plainName.test(name.text)) sayName(name, 'scene', report)
  return value
}

/** Names that somebody meant to declare, in a form that declares nothing. */
function wordsIn(node: Node): readonly string[] {
  switch (node.kind) {
    case 'scalar':
      return [node.text]
    case 'list':
      return node.items.flatMap(wordsIn)
    case 'map':
      return [...node.entries.keys()]
  }
}

/** `faulty`: those that are declared and wrong, so that what uses them needs no fault of its own. */
function readVars(
  root: MapNode,
  report: Report,
): { readonly vars: ReadonlyMap<string, Declaration>; readonly faulty: ReadonlySet<string> } {
  const vars = new Map<string, Declaration>()
  const faulty = new Set<string>()
  const node = root.entries.get('vars')?.value
  if (node === undefined || isEmpty(node)) return { vars, faulty }
  if (node.kind !== 'map') {
    const help = 'as in `vars: {brave: false, gold: {start: 0, max: 3}}`'
    report.add(node, 'error', 'type/value', '`vars` takes names with what they begin with', help)
    return { vars, faulty: new Set(wordsIn(node)) }
  }
  if (node.entries.size > mostVars) {
    const message = `the story has ${node.entries.size} vars, and it may have ${mostVars}`
    report.add(node, 'error', 'type/value', message, 'make several stories of it')
    return { vars, faulty: new Set(wordsIn(node)) }
  }
  for (const [id, { key, value }] of node.entries) {
    const declared = checkName({ id, key }, id, report) ? readVar({ id, key, value }, report) : undefined
    if (declared === undefined) faulty.add(id)
    else vars.set(id, declared)
  }
  return { vars, faulty }
}
