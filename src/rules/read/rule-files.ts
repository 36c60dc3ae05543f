import type { Diagnostic } from '../../language/diagnostic.ts'
import { adviseQuotes } from '../../language/eleven.ts'
import { didYouMean } from '../../language/names.ts'
import type { MapNode, Node } from '../../language/node.ts'
import { Report } from '../../language/report.ts'
import { loadYaml, type Source } from '../../language/source.ts'
import type { Registry } from '../registry.ts'
import type { RuleSet } from '../rule-set.ts'
import { adviseUnused, checkStreams } from './names.ts'
import { readPlaylists } from './playlists.ts'
import { checkReferences, type Surroundings } from './references.ts'
import type { RuleFile } from './rule-file.ts'
import { readRules } from './rules.ts'
import { adviseClockChanges, adviseGaps, checkShadowed } from './schedule-times.ts'
import { readSchedules } from './schedules.ts'

/** The household's clocks, for advice about times. */
interface Clocks {
  readonly now: Date
  /** IANA name. */
  readonly zone: string
}

export interface ReadResult {
  /** What can run: everything of the files that have no error. */
  readonly ruleSet: RuleSet
  readonly diagnostics: readonly Diagnostic[]
}

const sections = ['playlists', 'schedules', 'rules']
const laterSections = ['stories', 'inputs', 'calendar', 'vars', 'templates', 'tests', 'players']

/**
 * Reads people's files as one set: each is checked by itself, then names across all of them. A file with an
 * error is left out whole, so that half of somebody's idea never runs; the others go on. With `adviceFor` it also says
 * what is merely worth knowing, at the level `info`.
 */
export async function readRuleFiles(
  sources: readonly Source[],
  {
    registry,
    adviceFor = null,
    ...surroundings
  }: Surroundings & { readonly registry: Registry; readonly adviceFor?: Clocks | null },
): Promise<ReadResult> {
  const files = sources.map((source) => readFile(source, registry))
  refuseDoubles(files)
  for (const file of files) await checkReferences(file, files, surroundings)
  const sound = files.filter(isSound)
  for (const file of sound) checkShadowed(file)
  // What is wrong in one file may be all that the others lack.
  if (sound.length === files.length) checkStreams(files)
  if (adviceFor !== null) advise(files, adviceFor)
  return {
    ruleSet: {
      playlists: new Map(
        sound.flatMap((file) => [...file.playlists].map(([id, { playlist }]) => [id, playlist])),
      ),
      schedules: sound.flatMap((file) => file.schedules.map(({ schedule }) => schedule)),
      rules: sound.flatMap((file) => file.rules.map(({ rule }) => rule)),
    },
    diagnostics: files.flatMap((file) => [...file.form, ...file.report.diagnostics].sort(byPlace)),
  }
}

function advise(files: readonly RuleFile[], clocks: Clocks): void {
  const sound = files.filter(isSound)
  if (sound.length === files.length) adviseUnused(files)
  for (const file of sound) {
    adviseGaps(file)
    adviseClockChanges(file, clocks)
    if (file.root !== null) adviseQuotes(file.root, file.report)
  }
}

function readFile(source: Source, registry: Registry): RuleFile {
  const loaded = loadYaml(source)
  const report = new Report(source)
  const form = loaded.diagnostics
  const nothing = { report, form, root: null, playlists: new Map(), schedules: [], rules: [] }
  const empty: RuleFile = { ...nothing, hasUnread: (name) => standsAsKey(name, source.text) }
  if (loaded.root === null || form.some(isError)) return empty
  if (loaded.root.kind !== 'map') {
    report.add(
      loaded.root,
      'error',
      'type/value',
      'a rule file is a map',
      `begin with one of ${sections.join(', ')}`,
    )
    return empty
  }
  checkSections(loaded.root, report)
  const section = (name: string) => sectionOf(loaded.root, name, report)
  const playlists = section('playlists')
  const schedules = section('schedules')
  const rules = section('rules')
  return {
    report,
    form,
    root: loaded.root,
    hasUnread: (name) => playlists?.entries.has(name) ?? false,
    playlists: playlists === null ? new Map() : readPlaylists(playlists, report),
    schedules: schedules === null ? [] : readSchedules(schedules, report),
    rules: rules === null ? [] : readRules(rules, report, registry),
  }
}

function checkSections(root: MapNode, report: Report): void {
  for (const [name, { key }] of root.entries) {
    if (sections.includes(name)) continue
    if (laterSections.includes(name)) {
      report.add(
        key,
        'error',
        'key/unknown',
        `"${name}" is not part of this version yet`,
        `this version knows ${sections.join(', ')}`,
      )
      continue
    }
    const near = didYouMean(name, sections)
    const question = near === null ? '' : ` - did you mean "${near}"?`
    report.add(
      key,
      'error',
      'key/unknown',
      `unknown key "${name}"${question} (allowed: ${sections.join(', ')})`,
    )
  }
}

function sectionOf(root: Node | null, name: string, report: Report): MapNode | null {
  const value = root?.kind === 'map' ? root.entries.get(name)?.value : undefined
  if (value === undefined || (value.kind === 'scalar' && value.text === '' && !value.quoted)) return null
  if (value.kind === 'map') return value
  report.add(value, 'error', 'type/value', `\`${name}\` takes a map: a name, a colon, and what belongs to it`)
  return null
}

/** In a text that is no YAML, what begins a line and has a colon behind it was meant as a name. */
function standsAsKey(name: string, text: string): boolean {
  return text.split('\n').some((line) => {
    const start = line.trim()
    return [name, `"${name}"`, `'${name}'`].some((key) => start.startsWith(`${key}:`))
  })
}

/** What says that there is more stays at the end. */
function byPlace(one: Diagnostic, other: Diagnostic): number {
  const last = Number(one.code === 'report/more') - Number(other.code === 'report/more')
  return last || one.line - other.line || one.column - other.column
}

function isSound(file: RuleFile): boolean {
  return !file.report.hasErrors && !file.form.some(isError)
}

function isError(diagnostic: Diagnostic): boolean {
  return diagnostic.level === 'error'
}

/** The same id in two files: the second is told where the first stands. */
function refuseDoubles(files: readonly RuleFile[]): void {
  const seen = new Map<string, string>()
  for (const file of files) {
    const definitions: [what: string, id: string, node: Node][] = [
      ...[...file.playlists].map(([id, { node }]): [string, string, Node] => ['playlist', id, node]),
      ...file.schedules.map(({ schedule, node }): [string, string, Node] => [
        'schedule',
        schedule.stream,
        node,
      ]),
      ...file.rules.map(({ rule, node }): [string, string, Node] => ['rule', rule.id, node]),
    ]
    for (const [what, id, node] of definitions) {
      const first = seen.get(`${what} ${id}`)
      if (first === undefined) seen.set(`${what} ${id}`, `${file.report.file}:${file.report.lineOf(node)}`)
      else file.report.add(node, 'error', 'yaml/duplicate', `${what} "${id}" is already defined at ${first}`)
    }
  }
}
