import type { Diagnostic } from '../../language/diagnostic.ts'
import type { MapNode } from '../../language/node.ts'
import { Report, type Usual } from '../../language/report.ts'
import type { Source } from '../../language/source.ts'
import type { RuleTest } from '../dry/rule-test.ts'
import { startsOf } from '../kept-names.ts'
import { houseEnvironment } from '../names.ts'
import type { Registry } from '../registry.ts'
import type { FiledAnswer, RuleSet } from '../rule-set.ts'
import type { Location } from '../sun.ts'
import type { ReadCalendar } from './calendar.ts'
import { silencedIn } from './declarations.ts'
import { type Declared, declaredIn } from './declared.ts'
import { readInParts } from './in-parts.ts'
import { type NamedPlayer, playersNamedIn } from './names.ts'
import { namesStandingIn, type ParsedFile, parseFile, testReportOf } from './parsed-file.ts'
import { readPlaylists } from './playlists.ts'
import { checkWithPlugins } from './plugin-checks.ts'
import { ReadingMemory, sharedKey } from './reading-memory.ts'
import type { Surroundings } from './references.ts'
import { isError, isSound, type RuleFile } from './rule-file.ts'
import { readRules, type SoundParts } from './rules.ts'
import { readSchedules } from './schedules.ts'
import type { FiledStory, StorySection } from './story-section.ts'
import { triedTemplates } from './template-trial.ts'
import { writtenOut } from './template-use.ts'
import { testsIn } from './test-names.ts'
import { readTests } from './tests.ts'
import { checkTogether } from './together.ts'
import { checkParts } from './triggers.ts'

export interface Reading extends Surroundings {
  readonly registry: Registry
  /** IANA name of the household's time zone. */
  readonly zone: string
  /** Where the house is, for sunrise and sunset; null where it is not said. */
  readonly location?: Location | null
  /** The text of a calendar file by its path below the config folder. Without it there are no calendar files. */
  readonly readCalendar?: ReadCalendar
  /** Reads `stories:`. Without it they are passed over. */
  readonly stories?: StorySection
  /** With a moment, what is merely worth knowing of the year from then on is said too, at the level `info`. */
  readonly adviceAt?: Date | null
  /** What is known from earlier readings. */
  readonly memory?: ReadingMemory
  /** Whether all of it was checked before: then it is put together alone, and of its tests nothing is read. */
  readonly isChecked?: boolean
  /** Told which file is at work from now on; null where it is all of them together. */
  readonly progress?: (file: string | null) => void
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
  /** What people wrote to try it out, of the same files, without what is wrong in itself. */
  readonly tests: readonly RuleTest[]
  /** Why tests are left out; the diagnostics have it, too. */
  readonly testFaults: readonly Diagnostic[]
  /** The stories of the same files, with their own tests. */
  readonly stories: readonly (FiledStory & { readonly file: string })[]
  /** Which players the rules that can run speak of. */
  readonly playersNamed: readonly NamedPlayer[]
  /** Each file by itself, in the order of the sources. */
  readonly files: readonly ReadFile[]
}

/** What there is to say of a file. */
export interface CheckedFile {
  readonly file: string
  readonly isSound: boolean
  /** Whether what is wrong with it is wrong by itself, and not only beside the other files. */
  readonly hasOwnErrors: boolean
  readonly diagnostics: readonly Diagnostic[]
}

export interface ReadFile extends CheckedFile {
  /** What was taken though it is usually written otherwise. */
  readonly usual: readonly Usual[]
  /** What stands in it that could be read. */
  readonly content: Pick<RuleFile, 'playlists' | 'schedules' | 'rules'>
}

/**
 * Reads people's files as one set: each is checked by itself, then names across all of them. A file with an
 * error is left out whole, so that half of somebody's idea never runs; the others go on.
 */
export async function readRuleFiles(
  sources: readonly RuleSource[],
  { memory = new ReadingMemory(), ...reading }: Reading,
): Promise<ReadResult> {
  const { registry, isChecked = false, progress = () => undefined } = reading
  const { breathe } = memory
  const parsed: ParsedFile[] = []
  for (const source of sources) {
    progress(source.file)
    parsed.push(await parsedFile(source, { memory, isChecked }))
    await breathe()
  }
  progress(null)
  const { declared, shared } = await sharedBy(parsed, { ...reading, breathe })
  const files: RuleFile[] = []
  const whole = new Set(sources.flatMap(({ file, only }) => (only === undefined && !isChecked ? [file] : [])))
  for (const file of parsed) {
    progress(file.source.file)
    const checks = whole.has(file.source.file) ? registry.checks : []
    const { stories } = reading
    files.push(await readFile(file, { shared, declared, registry, checks, memory, stories, isChecked }))
  }
  progress(null)
  if (!isChecked) await checkTogether(files, { ...reading, declared, breathe })
  const sound = files.filter(isSound)
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
      stories: new Map(sound.flatMap((file) => file.stories.map(({ story }) => [story.id, story]))),
      ...{ vars: declared.vars, inputs: declared.inputs, players: declared.players },
    },
    tests: testsIn(sound, files),
    testFaults: files.flatMap(({ testReport }) => testReport.diagnostics),
    stories: sound.flatMap((file) => file.stories.map((story) => ({ ...story, file: file.report.file }))),
    playersNamed: await playersNamedIn(sound, breathe),
    diagnostics: files.flatMap(diagnosticsOf),
    files: files.map((file) => ({
      file: file.report.file,
      isSound: isSound(file),
      hasOwnErrors: file.hasOwnErrors,
      diagnostics: diagnosticsOf(file),
      usual: file.report.usual,
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

interface Breathing {
  /** Asked for between two parts of the work; resolves when it may go on. */
  readonly breathe: () => Promise<void>
}

/** What the files share with each other, and a text that tells it from any other. */
async function sharedBy(
  parsed: readonly ParsedFile[],
  {
    registry,
    readCalendar,
    breathe,
    isChecked = false,
    ...place
  }: Pick<Reading, 'registry' | 'zone' | 'location' | 'readCalendar' | 'isChecked'> & Breathing,
): Promise<{ readonly declared: Declared; readonly shared: string }> {
  const calendars: string[] = []
  const noted: ReadCalendar | undefined =
    readCalendar &&
    (async (path) => {
      const found = await readCalendar(path)
      calendars.push(path, 'text' in found ? found.text : `fault: ${found.fault}`)
      return found
    })
  const { zone, location = null } = place
  const found = await declaredIn(parsed, {
    zone,
    location,
    isChecked,
    breathe,
    ...(noted === undefined ? {} : { readCalendar: noted }),
  })
  const templates = await triedTemplates(parsed, { registry, declared: found, breathe })
  const shared = sharedKey(parsed, [zone, JSON.stringify(location), ...calendars])
  return { declared: { ...found, templates }, shared }
}

async function parsedFile(
  source: RuleSource,
  { memory, isChecked }: { readonly memory: ReadingMemory; readonly isChecked: boolean },
): Promise<ParsedFile> {
  if (isChecked && source.only === 'names') {
    const names = await namesStandingIn(source.text, memory.breathe)
    const file = parseFile(source, { source, root: null, diagnostics: [] })
    return { ...file, hasUnread: (_, name) => names.has(name) }
  }
  const read = parseFile(source, await memory.loaded(source))
  const file = isChecked ? { ...read, section: without(['tests'], read.section) } : read
  if (source.only === undefined) return file
  if (source.only === 'names') return { ...file, root: null, section: () => null }
  return { ...file, section: without(ownSections, file.section) }
}

function without(left: readonly string[], section: ParsedFile['section']): ParsedFile['section'] {
  return (name) => (left.includes(name) ? null : section(name))
}

interface FileReading {
  readonly shared: string
  readonly declared: Declared
  readonly registry: Registry
  /** Those of plug-ins that are to look at it. */
  readonly checks: Registry['checks']
  readonly memory: ReadingMemory
  readonly stories: StorySection | undefined
  readonly isChecked: boolean
}

// What a file has for itself; of a deleted one nothing of it stays.
const ownSections = ['schedules', 'rules', 'stories', 'tests'] as const

type Content = Omit<RuleFile, Exclude<keyof ParsedFile, 'section'> | 'hasOwnErrors'>

async function readFile(file: ParsedFile, reading: FileReading): Promise<RuleFile> {
  const { shared, registry, checks, memory, isChecked } = reading
  const sections = (['playlists', ...ownSections] as const).filter((name) => file.section(name) !== null)
  const plugins = [registry.stampOf?.(file.source.text), registry.lostKey]
  const checked = checks.length === 0 ? '' : `checked by ${registry.checksKey ?? ''}`
  // A story that was checked is not searched through again.
  const searched = isChecked ? 'as checked' : ''
  const key = [shared, sections, ...plugins, checked, searched].join(' ')
  const { content, report, testReport } = await memory.content(file.source, key, async () => {
    const own = { report: new Report(file.source), testReport: testReportOf(file.source) }
    const written = writtenOut({ ...file, ...own }, reading.declared.templates)
    return { content: await readContent(written, reading), ...own }
  })
  const hasOwnErrors = file.form.some(isError) || file.report.hasErrors || report.hasErrors
  file.report.take(report)
  file.testReport.take(testReport)
  return { ...file, ...content, hasOwnErrors }
}

async function readContent(
  file: ParsedFile,
  { shared, declared, registry, checks, memory, stories: section, isChecked }: FileReading,
): Promise<Content> {
  const { report, testReport } = file
  const { breathe } = memory
  const inParts = <Read>(
    section: 'playlists' | 'schedules' | 'rules',
    read: (part: MapNode) => Iterable<Read>,
  ) => {
    const node = file.section(section)
    return node === null ? [] : readInParts(node, { section, report, breathe }, read)
  }
  const tests = file.section('tests')
  const written = file.section('stories')
  const { calendar } = declared
  const house = () => ({
    environment: houseEnvironment(silencedIn(declared, report.file)),
    starts: startsOf(declared),
  })
  const stories =
    (written && (await section?.(written, { report, testReport, breathe, house: house(), isChecked }))) ?? []
  const faultyRules: SoundParts[] = []
  const reading = { report, registry, declared, shared, faulty: faultyRules }
  const rules = await inParts('rules', (part) => readRules(part, reading))
  checkParts({ report, rules: [...rules, ...faultyRules] }, calendar)
  return {
    section: file.section,
    playlists: new Map(await inParts('playlists', (part) => readPlaylists(part, { report, registry }))),
    schedules: await inParts('schedules', (part) =>
      readSchedules(part, { report, calendar, registry, declared }),
    ),
    rules,
    faultyRules,
    tests: tests === null ? [] : readTests(tests, { report: testReport, declared }),
    stories,
    advice: [
      ...stories.flatMap(({ advice }) => advice),
      ...(file.root === null ? [] : await checkWithPlugins(file.root, { checks, report, breathe })),
    ],
  }
}

function diagnosticsOf(file: RuleFile): Diagnostic[] {
  const all = [...file.form, ...file.report.diagnostics, ...file.testReport.diagnostics].sort(byPlace)
  return all.length <= most ? all : [...all.slice(0, most - 1), ...all.slice(-1)]
}

// As many as people would look at, whether they are of the YAML or of what it says.
const most = 100

/** What says that there is more stays at the end. */
function byPlace(one: Diagnostic, other: Diagnostic): number {
  const last = Number(one.code === 'report/more') - Number(other.code === 'report/more')
  return last || one.line - other.line || one.column - other.column
}
