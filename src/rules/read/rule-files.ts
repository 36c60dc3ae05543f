import type { Diagnostic } from '../../language/diagnostic.ts'
import { adviseQuotes } from '../../language/eleven.ts'
import type { Node } from '../../language/node.ts'
import type { Source } from '../../language/source.ts'
import type { Calendar } from '../calendar.ts'
import type { RuleTest } from '../dry/rule-test.ts'
import { PlayerNames } from '../players.ts'
import type { Registry } from '../registry.ts'
import type { RuleSet } from '../rule-set.ts'
import type { Location } from '../sun.ts'
import type { ReadCalendar } from './calendar.ts'
import { type Declared, declaredIn } from './declared.ts'
import { adviseUnused, checkPlayers, checkStreams, type NamedPlayer, playersNamedIn } from './names.ts'
import { type ParsedFile, parseFile } from './parsed-file.ts'
import { readPlaylists } from './playlists.ts'
import { checkReferences, type Surroundings } from './references.ts'
import type { RuleFile } from './rule-file.ts'
import { readRules } from './rules.ts'
import { adviseClockChanges, adviseGaps, checkShadowed } from './schedule-times.ts'
import { readSchedules } from './schedules.ts'
import { triedTemplates } from './template-trial.ts'
import { writtenOut } from './template-use.ts'
import { adviseNeeds } from './templates.ts'
import { checkTestNames, testsIn } from './test-names.ts'
import { readTests } from './tests.ts'
import { adviseTriggers, checkTriggers } from './triggers.ts'

export interface Reading extends Surroundings {
  readonly registry: Registry
  /** IANA name of the household's time zone. */
  readonly zone: string
  /** Where the house is, for sunrise and sunset; null where it is not said. */
  readonly location?: Location | null
  /** The text of a calendar file by its path below the config folder. Without it there are no calendar files. */
  readonly readCalendar?: ReadCalendar
  /** With a moment, what is merely worth knowing of the year from then on is said too, at the level `info`. */
  readonly adviceAt?: Date | null
}

export interface ReadResult {
  /** What can run: everything of the files that have no error. */
  readonly ruleSet: RuleSet
  readonly diagnostics: readonly Diagnostic[]
  /** What people wrote to try it out, of the same files. */
  readonly tests: readonly RuleTest[]
  /** Which players the rules that can run speak of. */
  readonly playersNamed: readonly NamedPlayer[]
}

/**
 * Reads people's files as one set: each is checked by itself, then names across all of them. A file with an
 * error is left out whole, so that half of somebody's idea never runs; the others go on.
 */
export async function readRuleFiles(
  sources: readonly Source[],
  { registry, adviceAt = null, ...surroundings }: Reading,
): Promise<ReadResult> {
  const parsed = sources.map(parseFile)
  const shared = await declaredIn(parsed, surroundings)
  const declared = { ...shared, templates: triedTemplates(parsed, { registry, declared: shared }) }
  const files = parsed.map((file) => readFile(writtenOut(file, declared.templates), declared, registry))
  refuseDoubles(files)
  for (const file of files) await checkReferences(file, files, surroundings)
  for (const file of files) checkTriggers(file, declared.calendar)
  checkTestNames(files)
  const sound = files.filter(isSound)
  for (const file of sound) checkShadowed(file)
  // What is wrong in one file may be all that the others lack.
  if (sound.length === files.length) checkStreams(files)
  const { players } = surroundings
  if (players != null)
    checkPlayers(files, new PlayerNames({ aliases: declared.players, players: () => players }))
  if (adviceAt !== null) advise(files, { now: adviceAt, calendar: declared.calendar })
  if (adviceAt !== null) adviseNeeds(declared.templates)
  return {
    ruleSet: {
      playlists: new Map(
        sound.flatMap((file) => [...file.playlists].map(([id, { playlist }]) => [id, playlist])),
      ),
      schedules: sound.flatMap((file) => file.schedules.map(({ schedule }) => schedule)),
      rules: sound.flatMap((file) => file.rules.map(({ rule }) => rule)),
      calendar: declared.calendar,
      ...{ vars: declared.vars, inputs: declared.inputs, players: declared.players },
    },
    tests: testsIn(sound, files),
    playersNamed: sound.flatMap(playersNamedIn),
    diagnostics: files.flatMap((file) => [...file.form, ...file.report.diagnostics].sort(byPlace)),
  }
}

function advise(
  files: readonly RuleFile[],
  clocks: { readonly now: Date; readonly calendar: Calendar },
): void {
  const sound = files.filter(isSound)
  if (sound.length === files.length) adviseUnused(files)
  for (const file of sound) {
    adviseGaps(file)
    adviseClockChanges(file, clocks)
    adviseTriggers(file, clocks)
    if (file.root !== null) adviseQuotes(file.root, file.report)
  }
}

function readFile(file: ParsedFile, declared: Declared, registry: Registry): RuleFile {
  const { report } = file
  const playlists = file.section('playlists')
  const schedules = file.section('schedules')
  const rules = file.section('rules')
  const tests = file.section('tests')
  return {
    ...file,
    playlists: playlists === null ? new Map() : readPlaylists(playlists, report),
    schedules: schedules === null ? [] : readSchedules(schedules, { report, calendar: declared.calendar }),
    rules: rules === null ? [] : readRules(rules, { report, registry, declared }),
    tests: tests === null ? [] : readTests(tests, { report, declared }),
  }
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
      ...file.tests.map(({ test, node }): [string, string, Node] => ['test', test.id, node]),
    ]
    for (const [what, id, node] of definitions) {
      const first = seen.get(`${what} ${id}`)
      if (first === undefined) seen.set(`${what} ${id}`, `${file.report.file}:${file.report.lineOf(node)}`)
      else file.report.add(node, 'error', 'yaml/duplicate', `${what} "${id}" is already defined at ${first}`)
    }
  }
}
