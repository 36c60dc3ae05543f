import type { Diagnostic } from '../../language/diagnostic.ts'
import { didYouMean } from '../../language/names.ts'
import { isEmpty, type MapNode } from '../../language/node.ts'
import { Report } from '../../language/report.ts'
import { type Loaded, loadYaml, type Source } from '../../language/source.ts'
import { pastedAutomation, reportAutomation } from './automation.ts'

const sections = [
  'playlists',
  'schedules',
  'rules',
  'players',
  'inputs',
  'vars',
  'calendar',
  'templates',
  'stories',
  'tests',
] as const
type SectionName = (typeof sections)[number]

/** One file as YAML has it, cut into its sections, with nothing of them read yet. */
export interface ParsedFile {
  readonly source: Source
  readonly report: Report
  /** Gets what is wrong with tests. It keeps nothing else in the file from running. */
  readonly testReport: Report
  /** What is wrong with the file as YAML. */
  readonly form: readonly Diagnostic[]
  /** Null where it is empty or cannot be read. */
  readonly root: MapNode | null
  /** Null where the file does not have it. */
  readonly section: (name: SectionName) => MapNode | null
  /** Whether something of that name was meant to be in the section, though the file cannot be read. */
  readonly hasUnread: (section: SectionName, name: string) => boolean
}

/** Never throws: what is wrong with the file or its sections is reported. `loaded`: where its YAML has been read already. */
export function parseFile(source: Source, loaded: Loaded = loadYaml(source)): ParsedFile {
  const { root, diagnostics: form } = loaded
  const report = new Report(source)
  const testReport = testReportOf(source)
  const isBroken = form.some(({ level }) => level === 'error')
  if (root === null || isBroken || root.kind !== 'map') {
    const pasted = root === null || isBroken ? null : pastedAutomation(root)
    if (pasted !== null) reportAutomation(pasted, report)
    else if (root !== null && !isBroken) {
      const help = `begin with one of ${sections.join(', ')}`
      report.add(root, 'error', 'type/value', 'a rule file is a map', help)
    }
    const hasUnread = standingAsKey(source.text)
    return { source, report, testReport, form, root: null, section: () => null, hasUnread }
  }
  checkSections(root, report)
  const found = new Map(
    sections.map((name) => [name, sectionIn(root, name, name === 'tests' ? testReport : report)]),
  )
  const section = (name: SectionName) => found.get(name) ?? null
  return {
    source,
    report,
    testReport,
    form,
    root,
    section,
    hasUnread: (name, id) => section(name)?.entries.has(id) ?? false,
  }
}

/** Of tests everything is said as a warning. */
export function testReportOf(source: Source): Report {
  return new Report(source, { worst: 'warning' })
}

function checkSections(root: MapNode, report: Report): void {
  const known: readonly string[] = sections
  const pasted = pastedAutomation(root)
  if (pasted !== null) reportAutomation(pasted, report)
  for (const [name, { key }] of root.entries) {
    if (known.includes(name) || pasted?.keys.has(name) === true) continue
    const near = didYouMean(name, sections)
    const question = near === null ? '' : ` - did you mean "${near}"?`
    const message = `unknown key "${name}"${question} (allowed: ${sections.join(', ')})`
    report.add(key, 'error', 'key/unknown', message)
  }
}

function sectionIn(root: MapNode, name: SectionName, report: Report): MapNode | null {
  const value = root.entries.get(name)?.value
  if (value === undefined || isEmpty(value)) return null
  if (value.kind === 'map') return value
  report.add(value, 'error', 'type/value', `\`${name}\` takes a map: a name, a colon, and what belongs to it`)
  return null
}

/** In a text that is no YAML, what begins a line and has a colon behind it was meant as a name. */
function standingAsKey(text: string): ParsedFile['hasUnread'] {
  let keys: ReadonlySet<string> | undefined
  return (_, name) => {
    keys ??= new Set(text.split('\n').map(keyOf))
    return keys.has(name)
  }
}

/** What begins a line and has a colon behind it, of a text that may be large. */
export async function namesStandingIn(
  text: string,
  breathe: () => Promise<void>,
): Promise<ReadonlySet<string>> {
  const names = new Set<string>()
  let lines = 0
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start)
    const next = end < 0 ? text.length : end + 1
    names.add(keyOf(text.slice(start, next)))
    start = next
    lines += 1
    if (lines % linesTogether === 0) await breathe()
  }
  return names
}

const linesTogether = 1000

function keyOf(line: string): string {
  // Trimmed first: a pattern that may give blanks back takes minutes for a long line of them.
  const [, double, single, plain] = /^(?:"([^"]*)"|'([^']*)'|([^:]*)):/.exec(line.trimStart()) ?? []
  return double ?? single ?? plain ?? ''
}
