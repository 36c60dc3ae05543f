import { type Static, Type } from 'typebox'
import { decode } from '../../language/check.ts'
import { expectedBy } from '../../language/expected.ts'
import { didYouMean } from '../../language/names.ts'
import {
  isEmpty,
  type ListNode,
  type MapEntry,
  type MapNode,
  type Node,
  type ScalarNode,
  type Span,
} from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import { list } from '../../language/wording.ts'
import { type Budget, fill } from './fill.ts'
import type { ParsedFile } from './parsed-file.ts'
import { placeOf, type RuleTemplate, type Templates } from './templates.ts'

export const useSchema = Type.Object(
  {
    use: Type.String({ minLength: 1, expected: 'the name of a template' }),
    with: Type.Optional(Type.Unknown()),
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    enabled: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)

/** More than any household writes, and few enough that a file is read in a moment. */
const mostValues = 20_000

/** The file with each rule that uses a template written out; one that cannot be is reported and left out. */
export function writtenOut(file: ParsedFile, templates: Templates): ParsedFile {
  const rules = file.section('rules')
  if (rules === null || ![...rules.entries.values()].some(({ value }) => isUse(value))) return file
  const writer = new Writer(file, templates)
  const entries = new Map<string, MapEntry>()
  for (const [id, { key, value }] of rules.entries) {
    const rule = isUse(value) ? writer.rule(id, value) : value
    if (rule !== null) entries.set(id, { key, value: rule })
  }
  const written: MapNode = { ...rules, entries }
  return { ...file, section: (name) => (name === 'rules' ? written : file.section(name)) }
}

function isUse(node: Node): node is MapNode {
  return node.kind === 'map' && node.entries.has('use')
}

class Writer {
  readonly #report: Report
  readonly #templates: Templates
  /** Whether the template stands in the same file, which is told of its fault there. */
  readonly #isOwn: (name: string) => boolean
  readonly #budget: Budget = { left: mostValues }
  /** Templates at fault, of which one word is enough. */
  readonly #named = new Set<string>()

  constructor(file: ParsedFile, templates: Templates) {
    this.#report = file.report
    this.#isOwn = (name) => file.hasUnread('templates', name)
    this.#templates = templates
  }

  rule(id: string, node: MapNode): MapNode | null {
    if (this.#budget.left < 0) return null
    const report = this.#report
    const head = decode(useSchema, node, report, { what: `rule "${id}" with a template` })
    const use = node.entries.get('use')
    if (head === undefined || use === undefined) return null
    const template = this.#templates.sound.get(head.use)
    if (template === undefined) return this.#unknown(head.use, use.value)
    const given = givenTo(template, { id, node, report })
    return given === null ? null : this.#fill(template, { use, node, given })
  }

  #unknown(name: string, node: Node): null {
    const { sound, isUnread } = this.#templates
    const isThere = isUnread(name)
    if (isThere && (this.#isOwn(name) || this.#named.has(name))) return null
    this.#named.add(name)
    const near = didYouMean(name, sound.keys())
    const question = near === null ? '' : ` - did you mean "${near}"?`
    const message = isThere
      ? `template "${name}" has an error, so this rule cannot be made from it`
      : `there is no template "${name}"${question}`
    this.#report.add(node, 'error', 'ref/template', message, isThere ? 'mend the template first' : undefined)
    return null
  }

  #fill(template: RuleTemplate, { use, node, given }: Use): MapNode | null {
    const { start, end } = use.value.span
    const filled = fill(template.rule, {
      given,
      budget: this.#budget,
      spanOf: (part, value) =>
        spanIn(template, { part, shown: value?.span ?? { start, end }, isGiven: value !== null }),
    })
    if (this.#budget.left < 0) {
      const message = `the rules that this file makes from templates come to more than ${mostValues} values`
      const help = `the last one is made from the template at ${placeOf(template)}; make templates smaller, or use them less often`
      this.#report.add(use.value, 'error', 'template/too-big', message, help)
      return null
    }
    if (filled?.kind !== 'map') {
      const message = `nothing is left of template "${template.id}" when all that may be left out is left out`
      this.#report.add(
        use.value,
        'error',
        'key/missing',
        message,
        `the template stands at ${placeOf(template)}`,
      )
      return null
    }
    const own = [...node.entries].filter(([name]) => name === 'name' || name === 'enabled')
    return { ...filled, entries: new Map([...filled.entries, ...own]) }
  }
}

interface Use {
  readonly use: MapEntry
  readonly node: MapNode
  readonly given: ReadonlyMap<string, ScalarNode | ListNode>
}

/** In the file that uses the template, for its text is the one that is shown. */
function spanIn(
  template: RuleTemplate,
  { part, shown, isGiven }: { readonly part: Node; readonly shown: Span; readonly isGiven: boolean },
): Span {
  const does = isGiven ? 'puts it in' : 'says so'
  return {
    start: shown.start,
    end: shown.end,
    from: `template "${template.id}" ${does} at ${placeOf(template, part)}`,
  }
}

interface Giving {
  readonly id: string
  readonly node: MapNode
  readonly report: Report
}

/** What is given to the template's holes, or null after what is wrong with it was reported. */
function givenTo(template: RuleTemplate, giving: Giving): Use['given'] | null {
  const { id, node, report } = giving
  const written = node.entries.get('with')
  if (written !== undefined && written.value.kind !== 'map' && !isEmpty(written.value)) {
    const message = `\`with\` takes a map of what template "${template.id}" needs`
    report.add(written.value, 'error', 'type/value', message, needsIn(template))
    return null
  }
  const entries: ReadonlyMap<string, MapEntry> =
    written?.value.kind === 'map' ? written.value.entries : new Map()
  let isGood = checkNames(entries, template, report)
  const given = new Map<string, ScalarNode | ListNode>()
  for (const [name, need] of template.needs) {
    const value = entries.get(name)?.value
    if (need.isOptional && (value === undefined || isEmpty(value))) continue
    if (value !== undefined && fits(name, value, { template, report }) && value.kind !== 'map')
      given.set(name, value)
    else isGood = false
    if (value !== undefined || misspelt(name, entries, template)) continue
    const message = `rule "${id}" needs \`${name}\` under \`with\`, ${expectedBy(need.schema)}`
    const help = `template "${template.id}" asks for it at ${placeOf(template, need.key)}`
    report.add(written?.key ?? node.entries.get('use')?.value ?? node, 'error', 'key/missing', message, help)
  }
  return isGood ? given : null
}

function checkNames(entries: ReadonlyMap<string, MapEntry>, template: RuleTemplate, report: Report): boolean {
  const strangers = [...entries.values()].filter(({ key }) => !template.needs.has(key.text))
  for (const { key } of strangers) {
    const near = didYouMean(key.text, template.needs.keys())
    const question = near === null ? '' : ` - did you mean "${near}"?`
    const message = `template "${template.id}" does not need "${key.text.slice(0, 40)}"${question}`
    report.add(key, 'error', 'key/unknown', message, needsIn(template))
  }
  return strangers.length === 0
}

/** Of a name that was written wrong enough is said. */
function misspelt(name: string, entries: ReadonlyMap<string, MapEntry>, { needs }: RuleTemplate): boolean {
  return [...entries.keys()].some((written) => !needs.has(written) && didYouMean(written, [name]) === name)
}

function needsIn(template: RuleTemplate): string {
  const names = [...template.needs.keys()]
  const needs = names.length === 0 ? 'nothing' : list(names)
  return `it needs ${needs}, see ${placeOf(template)}`
}

function fits(
  name: string,
  value: Node,
  { template, report }: { readonly template: RuleTemplate; readonly report: Report },
): boolean {
  const need = template.needs.get(name)
  if (need === undefined) return false
  const from = `template "${template.id}" asks for it at ${placeOf(template, need.key)}`
  const shown: Node = { ...value, span: { start: value.span.start, end: value.span.end, from } }
  const decoded: Static<typeof need.schema> | undefined = decode(need.schema, shown, report, {
    what: `\`${name}\``,
  })
  return decoded !== undefined
}
