import type { Diagnostic } from '../../language/diagnostic.ts'
import { adviseQuotes } from '../../language/eleven.ts'
import type { MapNode, Node } from '../../language/node.ts'
import { Report } from '../../language/report.ts'
import type { Source } from '../../language/source.ts'
import type { Calendar } from '../calendar.ts'
import type { RuleTest } from '../dry/rule-test.ts'
import { PlayerNames } from '../players.ts'
import type { Registry } from '../registry.ts'
import type { FiledAnswer, RuleSet } from '../rule-set.ts'
import type { Location } from '../sun.ts'
import type { ReadCalendar } from './calendar.ts'
import { type Declared, declaredIn } from './declared.ts'
import { checkHomeAssistant } from './home-assistant.ts'
import { readInParts } from './in-parts.ts'
import { checkLoops } from './loops.ts'
import {
  adviseAnswers,
  adviseUnused,
  checkPlayers,
  checkStreams,
  type NamedPlayer,
  playersNamedIn,
} from './names.ts'
import { type ParsedFile, parseFile } from './parsed-file.ts'
import { readPlaylists } from './playlists.ts'
import { ReadingMemory, sharedKey } from './reading-memory.ts'
import { checkReferences, type Surroundings } from './references.ts'
import type { RuleFile } from './rule-file.ts'
import { readRules, type SoundParts } from './rules.ts'
import { adviseClockChanges, adviseGaps, checkShadowed } from './schedule-times.ts'
import { readSchedules } from './schedules.ts'
import { checkHolds, checkSlotNames } from './slot-names.ts'
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
  /** What is known from earlier readings. */
  readonly memory?: ReadingMemory
}

/** A file with how much of it is to be read, where that is not all of it. */
export interface RuleSource extends Source {
  /** `shared`: what other files may name, without its rules and schedules. `names`: that it is there, and nothing of it. */
  readonly only?: 'shared' | 'names'
}

export interface ReadResult {
  /** What can run: everything of the files that have no error. */
  readonly ruleSet: RuleSet
  readonly diagnostics: readonly Diagnostic[]
  /** What people wrote to try it out, of the same files. */
  readonly tests: readonly RuleTest[]
  /** Which players the rules that can run speak of. */
  readonly playersNamed: readonly NamedPlayer[]
  /** Each file by itself, in the order of the sources. */
  readonly files: readonly ReadFile[]
}

export interface ReadFile {
  readonly file: string
  readonly isSound: boolean
  /** Whether what is wrong with it is wrong by itself, and not only beside the other files. */
  readonly hasOwnErrors: boolean
  readonly diagnostics: readonly Diagnostic[]
  /** What stands in it that could be read. */
  readonly content: Pick<RuleFile, 'playlists' | 'schedules' | 'rules'>
}

/**
 * Reads people's files as one set: each is checked by itself, then names across all of them. A file with an
 * error is left out whole, so that half of somebody's idea never runs; the others go on.
 */
export async function readRuleFiles(
  sources: readonly RuleSource[],
  { registry, adviceAt = null, memory = new ReadingMemory(), ...surroundings }: Reading,
): Promise<ReadResult> {
  const parsed = await Promise.all(sources.map((source) => parsedFile(source, memory)))
  const { declared, shared } = await sharedBy(parsed, { registry, ...surroundings })
  const files: RuleFile[] = []
  for (const file of parsed) files.push(await readFile(file, { shared, declared, registry, memory }))
  refuseDoubles(files)
  const { breathe } = memory
  const { homeAssistant } = surroundings
  for (const file of files) await checkReferences(file, files, { breathe, ...surroundings })
  if (homeAssistant !== undefined) for (const file of files) checkHomeAssistant(file, homeAssistant)
  checkTestNames(files)
  const sound = files.filter(isSound)
  for (const file of sound) checkShadowed(file)
  // What is wrong in one file may be all that the others lack.
  if (sound.length === files.length) {
    await checkStreams(files, breathe)
    await checkSlotNames(files, breathe)
    checkHolds(files)
  }
  checkLoops(sound)
  const { players } = surroundings
  if (players != null)
    checkPlayers(files, new PlayerNames({ aliases: () => declared.players, players: () => players }))
  if (adviceAt !== null) advise(files, { now: adviceAt, calendar: declared.calendar })
  if (adviceAt !== null) adviseNeeds(declared.templates)
  return {
    ruleSet: {
      playlists: new Map(
        sound.flatMap((file) => [...file.playlists].map(([id, { playlist }]) => [id, playlist])),
      ),
      schedules: sound.flatMap((file) =>
        file.schedules.flatMap(({ schedule, fills }) => (fills ? [schedule] : [])),
      ),
      answers: answersIn(sound),
      rules: sound.flatMap((file) => file.rules.map(({ rule }) => rule)),
      calendar: declared.calendar,
      ...{ vars: declared.vars, inputs: declared.inputs, players: declared.players },
    },
    tests: testsIn(sound, files),
    playersNamed: sound.flatMap(playersNamedIn),
    diagnostics: files.flatMap(diagnosticsOf),
    files: files.map((file) => ({
      file: file.report.file,
      isSound: isSound(file),
      hasOwnErrors: file.hasOwnErrors,
      diagnostics: diagnosticsOf(file),
      content: file,
    })),
  }
}

/** By the stream that is asked for. */
function answersIn(files: readonly RuleFile[]): NonNullable<RuleSet['answers']> {
  return new Map(
    files.flatMap((file) =>
      file.schedules.flatMap(({ schedule, answers }): [string, FiledAnswer[]][] =>
        answers.length === 0 ? [] : [[schedule.stream, answers.map(({ answer }) => answer)]],
      ),
    ),
  )
}

function advise(
  files: readonly RuleFile[],
  clocks: { readonly now: Date; readonly calendar: Calendar },
): void {
  const sound = files.filter(isSound)
  if (sound.length === files.length) {
    adviseUnused(files)
    adviseAnswers(files)
  }
  for (const file of sound) {
    adviseGaps(file)
    adviseClockChanges(file, clocks)
    adviseTriggers(file, clocks)
    if (file.root !== null) adviseQuotes(file.root, file.report)
  }
}

/** What the files share with each other, and a text that tells it from any other. */
async function sharedBy(
  parsed: readonly ParsedFile[],
  { registry, readCalendar, ...place }: Pick<Reading, 'registry' | 'zone' | 'location' | 'readCalendar'>,
): Promise<{ readonly declared: Declared; readonly shared: string }> {
  const calendars: string[] = []
  const noted: ReadCalendar | undefined =
    readCalendar &&
    (async (path) => {
      const found = await readCalendar(path)
      calendars.push(path, JSON.stringify(found))
      return found
    })
  const { zone, location = null } = place
  const found = await declaredIn(parsed, {
    zone,
    location,
    ...(noted === undefined ? {} : { readCalendar: noted }),
  })
  const templates = triedTemplates(parsed, { registry, declared: found })
  const shared = sharedKey(parsed, [zone, JSON.stringify(location), ...calendars])
  return { declared: { ...found, templates }, shared }
}

async function parsedFile(source: RuleSource, memory: ReadingMemory): Promise<ParsedFile> {
  const file = parseFile(source, await memory.loaded(source))
  if (source.only === undefined) return file
  if (source.only === 'names') return { ...file, root: null, section: () => null }
  return { ...file, section: (name) => (ownSections.some((own) => own === name) ? null : file.section(name)) }
}

interface FileReading {
  readonly shared: string
  readonly declared: Declared
  readonly registry: Registry
  readonly memory: ReadingMemory
}

// What a file has for itself; of a deleted one nothing of it stays.
const ownSections = ['schedules', 'rules', 'tests'] as const

type Content = Omit<RuleFile, Exclude<keyof ParsedFile, 'section'> | 'hasOwnErrors'>

async function readFile(file: ParsedFile, reading: FileReading): Promise<RuleFile> {
  const { shared, memory } = reading
  const sections = (['playlists', ...ownSections] as const).filter((name) => file.section(name) !== null)
  const key = `${shared} ${sections} ${reading.registry.stampOf?.(file.source.text) ?? ''} ${reading.registry.lostKey ?? ''}`
  const { content, report } = await memory.content(file.source, key, async () => {
    const own = new Report(file.source)
    const written = writtenOut({ ...file, report: own }, reading.declared.templates)
    return { content: await readContent(written, reading), report: own }
  })
  const hasOwnErrors = file.form.some(isError) || file.report.hasErrors || report.hasErrors
  file.report.take(report)
  return { ...file, ...content, hasOwnErrors }
}

async function readContent(
  file: ParsedFile,
  { shared, declared, registry, memory }: FileReading,
): Promise<Content> {
  const { report } = file
  const { breathe } = memory
  const inParts = <Read>(
    section: 'playlists' | 'schedules' | 'rules',
    read: (part: MapNode) => Iterable<Read>,
  ) => {
    const node = file.section(section)
    return node === null ? [] : readInParts(node, { section, report, breathe }, read)
  }
  const tests = file.section('tests')
  const { calendar } = declared
  const faultyRules: SoundParts[] = []
  const reading = { report, registry, declared, shared, faulty: faultyRules }
  const rules = await inParts('rules', (part) => readRules(part, reading))
  checkTriggers({ report, rules: [...rules, ...faultyRules] }, calendar)
  return {
    section: file.section,
    playlists: new Map(await inParts('playlists', (part) => readPlaylists(part, report))),
    schedules: await inParts('schedules', (part) =>
      readSchedules(part, { report, calendar, registry, declared }),
    ),
    rules,
    faultyRules,
    tests: tests === null ? [] : readTests(tests, { report, declared }),
  }
}

function diagnosticsOf(file: RuleFile): Diagnostic[] {
  const all = [...file.form, ...file.report.diagnostics].sort(byPlace)
  return all.length <= most ? all : [...all.slice(0, most - 1), ...all.slice(-1)]
}

// As many as people would look at, whether they are of the YAML or of what it says.
const most = 100

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
