import type { Diagnostic } from '../../language/diagnostic.ts'
import { didYouMean } from '../../language/names.ts'
import type { MapNode, Node } from '../../language/node.ts'
import { Report } from '../../language/report.ts'
import { loadYaml, type Source } from '../../language/source.ts'
import type { Registry } from '../registry.ts'
import type { RuleSet } from '../rule-set.ts'
import { readPlaylists } from './playlists.ts'
import { checkReferences, type Surroundings } from './references.ts'
import type { RuleFile } from './rule-file.ts'
import { readRules } from './rules.ts'
import { readSchedules } from './schedules.ts'

export interface ReadResult {
  /** What can run: everything of the files that have no error. */
  readonly ruleSet: RuleSet
  readonly diagnostics: readonly Diagnostic[]
}

const sections = ['playlists', 'schedules', 'rules']
const laterSections = ['stories', 'inputs', 'calendar', 'vars', 'templates', 'tests', 'players']

/**
 * Reads people's files as one set: each is checked by itself, then names across all of them. A file with an
 * error is left out whole, so that half of somebody's idea never runs; the others go on.
 */
export async function readRuleFiles(
  sources: readonly Source[],
  { registry, ...surroundings }: Surroundings & { readonly registry: Registry },
): Promise<ReadResult> {
  const files = sources.map((source) => readFile(source, registry))
  refuseDoubles(files)
  for (const file of files) await checkReferences(file, files, surroundings)
  const sound = files.filter((file) => !file.report.hasErrors && !file.form.some(isError))
  return {
    ruleSet: {
      playlists: new Map(
        sound.flatMap((file) => [...file.playlists].map(([id, { playlist }]) => [id, playlist])),
      ),
      schedules: sound.flatMap((file) => file.schedules.map(({ schedule }) => schedule)),
      rules: sound.flatMap((file) => file.rules.map(({ rule }) => rule)),
    },
    diagnostics: files.flatMap((file) => [...file.form, ...file.report.diagnostics]),
  }
}

function readFile(source: Source, registry: Registry): RuleFile {
  const loaded = loadYaml(source)
  const report = new Report(source)
  const form = loaded.diagnostics
  const empty: RuleFile = { report, form, playlists: new Map(), schedules: [], rules: [] }
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
