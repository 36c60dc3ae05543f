import type { Clock } from '../core/clock.ts'
import { silentLog } from '../core/log.ts'
import { type Diagnostic, formatDiagnostic } from '../language/diagnostic.ts'
import { Report } from '../language/report.ts'
import type { Source } from '../language/source.ts'
import type { Options } from '../options.ts'
import { reportOutcome, runTest, type TestOutcome } from '../rules/dry/run-test.ts'
import type { ReadResult } from '../rules/read/rule-files.ts'
import type { RuleSet } from '../rules/rule-set.ts'
import { AudioOnDisk } from './audio-on-disk.ts'
import { type Checked, readHousehold } from './check-command.ts'
import { InMemoryHouse } from './dry-house.ts'
import type { RuleFolder } from './rule-folder.ts'

interface TestInput {
  readonly options: Options
  /** The folder of rules and audio that come with the product. */
  readonly shipped: string
  readonly clock: Clock
  readonly json: boolean
}

/** What a test came to, of rules or of a story. */
interface Outcome extends Pick<TestOutcome, 'failures'> {
  readonly test: { readonly id: string; readonly file: string }
}

interface Tested extends RuleFolder {
  /** The errors of files that are left out. */
  readonly errors: readonly Diagnostic[]
  /** Those of tests that are left out. */
  readonly faults: readonly Diagnostic[]
  /** What failed. */
  readonly failures: readonly Diagnostic[]
  readonly outcomes: readonly Outcome[]
  /** What else findings are about. */
  readonly texts: readonly Source[]
}

/**
 * The command `test`: runs the tests that stand in the rule files of the config folder, those of rules each in a house of
 * its own, with no product running and nothing changed. `failed` where a test fails or a file is left out.
 * @throws AppError `not_found` where there is no config folder.
 */
export async function testCommand(
  input: TestInput,
): Promise<{ readonly answer: string; readonly failed: boolean }> {
  const tested = await test(input)
  const failed = tested.problems.length > 0 || findingsOf(tested).length > 0
  return { answer: input.json ? `${JSON.stringify(asJson(tested), null, 2)}\n` : inWords(tested), failed }
}

async function test(input: TestInput): Promise<Tested> {
  const { options, shipped, clock } = input
  const household = await readHousehold({ ...input, purpose: 'dry' })
  const { sources, problems, findings, testFaults, ruleSet, tests, stories, plugins } = household
  const errors = findings.filter(({ level }) => level === 'error')
  // Rules run without their tests, but this is about them.
  const faults = testFaults.map((fault): Diagnostic => ({ ...fault, level: 'error' }))
  const { media, config } = options.folders
  const audio = new AudioOnDisk({ folders: [media, config], shipped, clock, log: silentLog })
  try {
    const picks = [...ruleSet.playlists.values()].some(({ pick }) => pick !== undefined)
    const all = picks ? await audio.allFiles() : []
    const ofRules = await runTests({ ruleSet, tests }, await foldersOf(ruleSet, audio), all)
    const outcomes = [...ofRules, ...runStoryTests(stories)]
    return {
      sources,
      texts: plugins.troubles,
      problems,
      outcomes,
      ...{ errors, faults, failures: failuresIn(outcomes, { sources }) },
    }
  } finally {
    plugins.stop()
    await audio.close()
  }
}

/** Runs each test in a house of its own, one after the other. */
export async function runTests(
  { ruleSet, tests }: Pick<ReadResult, 'ruleSet' | 'tests'>,
  folders: ReadonlyMap<string, readonly string[]>,
  library: readonly string[] = [],
): Promise<TestOutcome[]> {
  const outcomes: TestOutcome[] = []
  for (const one of tests)
    outcomes.push(await runTest(one, new InMemoryHouse({ ruleSet, stage: one, folders, library })))
  return outcomes
}

/** Plays each story as its tests press. Of a test the name stands behind that of its story. */
function runStoryTests(stories: Checked['stories']): Outcome[] {
  return stories.flatMap(({ story, tests, file }) =>
    tests.map(({ id, run }) => ({ test: { id: `${story.id}/${id}`, file }, failures: run() })),
  )
}

/** What failed, by its place in the files. */
export function failuresIn(
  outcomes: readonly Outcome[],
  { sources }: Pick<RuleFolder, 'sources'>,
): Diagnostic[] {
  return sources.flatMap((source) => {
    const report = new Report(source)
    for (const outcome of outcomes) if (outcome.test.file === source.file) reportOutcome(outcome, report)
    return report.diagnostics
  })
}

/** Looked up before the first test, so that in none of them anything waits for the disk. */
export async function foldersOf(
  { playlists }: Pick<RuleSet, 'playlists'>,
  audio: { filesIn(folder: string): Promise<readonly string[]> },
): Promise<Map<string, readonly string[]>> {
  const folders = new Map<string, readonly string[]>()
  for (const { folder } of playlists.values())
    if (folder !== null && !folders.has(folder)) folders.set(folder, await audio.filesIn(folder))
  return folders
}

function findingsOf({ errors, faults, failures }: Tested): readonly Diagnostic[] {
  return [...errors, ...faults, ...failures]
}

function asJson(tested: Tested) {
  const { sources, problems, outcomes } = tested
  return {
    files: sources.map(({ file }) => file),
    unread: problems,
    tests: outcomes.map(({ test: { id, file }, failures }) => ({ id, file, passed: failures.length === 0 })),
    findings: findingsOf(tested),
  }
}

function inWords(tested: Tested): string {
  const { sources, problems, texts: others } = tested
  const texts = new Map([...sources, ...others].map(({ file, text }) => [file, text]))
  const said = [
    ...problems.map(({ text }) => text),
    ...findingsOf(tested).map((finding) => formatDiagnostic(finding, texts.get(finding.file) ?? '')),
  ]
  return `${[...said, summary(tested)].join('\n\n')}\n`
}

function summary({ problems, errors, faults, outcomes }: Tested): string {
  const failed = outcomes.filter(({ failures }) => failures.length > 0).length
  const count = outcomes.length
  const tests = `${count} test${count === 1 ? '' : 's'}: ${count - failed} passed, ${failed} failed`
  const wrong = new Set([
    ...[...errors, ...problems].map(({ file }) => file),
    ...faults.map(({ file }) => `tests with errors in ${file}`),
  ])
  if (wrong.size > 0) return `${tests}; not tried: ${[...wrong].join(', ')}`
  return count === 0 ? `${tests}. Write some under \`tests:\` in a rule file` : tests
}
