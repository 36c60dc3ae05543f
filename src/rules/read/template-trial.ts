import type { Diagnostic } from '../../language/diagnostic.ts'
import type { Node, ScalarNode, Span } from '../../language/node.ts'
import { Report } from '../../language/report.ts'
import type { Registry } from '../registry.ts'
import type { Declared } from './declared.ts'
import { fill } from './fill.ts'
import { hasHole } from './holes.ts'
import type { ParsedFile } from './parsed-file.ts'
import { readRules } from './rules.ts'
import type { RuleTemplate, Templates } from './templates.ts'

/**
 * The templates that make a rule. Each is tried once with a value of its type in every hole, so that what is wrong with
 * the template itself is said at the template, and not at each of its uses. What is found at a hole is let pass: it
 * depends on what is put there.
 */
export async function triedTemplates(
  files: readonly ParsedFile[],
  {
    registry,
    declared,
    breathe,
  }: {
    readonly registry: Registry
    readonly declared: Declared
    readonly breathe: () => Promise<void>
  },
): Promise<Templates> {
  const { templates } = declared
  const written = files.filter((file) => file.section('templates') !== null)
  const reports = new Map(written.map(({ report, source }) => [report, new TrialReport(source, report)]))
  const sound = new Map<string, RuleTemplate>()
  for (const [id, template] of templates.sound) {
    const report = reports.get(template.report)
    if (report !== undefined && passes(template, { report, registry, declared })) sound.set(id, template)
    await breathe()
  }
  return { ...templates, sound }
}

interface Trial {
  readonly report: TrialReport
  readonly registry: Registry
  readonly declared: Declared
}

function passes({ id, key, rule, needs }: RuleTemplate, { report, ...reading }: Trial): boolean {
  const sample = ({ sample: text }: { sample: string }): ScalarNode => ({
    kind: 'scalar',
    text,
    quoted: false,
    span: key.span,
  })
  const filled = fill(rule, {
    given: new Map([...needs].map(([name, need]) => [name, sample(need)])),
    spanOf: (part) =>
      part.kind === 'scalar' && hasHole(part.text) ? { ...part.span, from: 'a hole' } : { ...part.span },
    // It is as large as its file.
    budget: { left: Number.POSITIVE_INFINITY },
  })
  if (filled === null) return true
  const before = report.errors
  const entries = new Map([[id, { key, value: filled }]])
  readRules({ kind: 'map', entries, span: rule.span }, { report, ...reading })
  return report.errors === before
}

/** Hands on what is found of a template outside its holes. */
class TrialReport extends Report {
  errors = 0
  readonly #report: Report

  constructor(source: ParsedFile['source'], report: Report) {
    super(source)
    this.#report = report
  }

  override add(
    place: Node | Span,
    level: Diagnostic['level'],
    code: string,
    message: string,
    help?: string,
  ): void {
    const span = 'span' in place ? place.span : place
    if (span.from !== undefined) return
    if (level === 'error') this.errors += 1
    this.#report.add(place, level, code, message, help)
  }
}
