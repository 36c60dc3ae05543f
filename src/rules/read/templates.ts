import { type Static, Type } from 'typebox'
import { decode } from '../../language/check.ts'
import { didYouMean } from '../../language/names.ts'
import type { MapNode, Node, ScalarNode } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import { brokenHole, hasHole, holeName, partsOf, soleHole } from './holes.ts'
import { needOf, needWord } from './needs.ts'
import type { ParsedFile } from './parsed-file.ts'

export const templateSchema = Type.Object(
  { needs: Type.Optional(Type.Record(Type.String(), needWord)), rule: Type.Unknown() },
  { additionalProperties: false },
)

/** A rule with holes, that other rules are made from. */
export interface RuleTemplate {
  readonly id: string
  readonly key: ScalarNode
  /** Of the file it stands in. */
  readonly report: Report
  readonly needs: ReadonlyMap<string, Need>
  readonly rule: MapNode
  /** Needs that none of its holes uses. */
  readonly unused: readonly ScalarNode[]
}

export type Need = ReturnType<typeof needOf> & { readonly key: ScalarNode }

export interface Templates {
  /** Those that can be used, by id. */
  readonly sound: ReadonlyMap<string, RuleTemplate>
  /** Whether a template of that name is there but was not read: its own fault says enough. */
  readonly isUnread: (id: string) => boolean
}

/** Gathers the templates of all files; what is wrong with one is said where it stands, and it is left out. */
export async function templatesIn(
  files: readonly ParsedFile[],
  breathe: () => Promise<void>,
): Promise<Templates> {
  const sound = new Map<string, RuleTemplate>()
  for (const file of files)
    for (const [id, entry] of file.section('templates')?.entries ?? []) {
      await breathe()
      const template = readTemplate({ id, ...entry }, file.report)
      if (template === null) continue
      const first = sound.get(template.id)
      if (first === undefined) sound.set(template.id, template)
      else
        file.report.add(
          template.key,
          'error',
          'yaml/duplicate',
          `template "${template.id}" is already defined at ${placeOf(first)}`,
        )
    }
  return { sound, isUnread: (id) => files.some((file) => file.hasUnread('templates', id)) }
}

/** Where the template stands, or a part of it: "templates.yaml:3". */
export function placeOf({ report, key }: RuleTemplate, part: Node = key): string {
  return `${report.file}:${report.lineOf(part)}`
}

/** Tells of needs that no hole uses. */
export function adviseNeeds({ sound }: Templates): void {
  for (const { id, report, unused } of sound.values()) {
    if (report.hasErrors) continue
    for (const key of unused)
      report.add(
        key,
        'info',
        'template/unused',
        `template "${id}" needs "${key.text}" and does nothing with it`,
        `write \`\${with.${key.text}}\` where it belongs, or take it out`,
      )
  }
}

interface Written {
  readonly id: string
  readonly key: ScalarNode
  readonly value: Node
}

function readTemplate({ id, key, value }: Written, report: Report): RuleTemplate | null {
  const head = decode(templateSchema, value, report, { what: `template "${id}"` })
  if (head === undefined || value.kind !== 'map') return null
  const rule = value.entries.get('rule')?.value
  if (rule?.kind !== 'map') {
    const help = 'below it stands what a rule is made of: when, if, do'
    report.add(rule ?? key, 'error', 'type/value', '`rule` takes a map', help)
    return null
  }
  const needs = readNeeds(value.entries.get('needs')?.value, head, report)
  const isWhole = refuseNested(rule, report)
  const used = new Set<string>()
  const areGood = checkHoles(rule, { needs, used, report })
  if (needs === null || !isWhole || !areGood) return null
  const unused = [...needs].flatMap(([name, need]) => (used.has(name) ? [] : [need.key]))
  return { id, key, report, needs, rule, unused }
}

function readNeeds(
  node: Node | undefined,
  { needs: words = {} }: Static<typeof templateSchema>,
  report: Report,
): ReadonlyMap<string, Need> | null {
  if (node?.kind !== 'map') return new Map()
  let isGood = true
  const needs = new Map<string, Need>()
  for (const [name, { key }] of node.entries) {
    if (holeName.test(name)) {
      needs.set(name, { ...needOf(words[name] ?? ''), key })
      continue
    }
    isGood = false
    const message = `"${name.slice(0, 40)}" cannot be the name of a hole: use letters, digits and _, beginning with a letter`
    report.add(key, 'error', 'template/hole', message)
  }
  return isGood ? needs : null
}

function refuseNested(rule: MapNode, report: Report): boolean {
  const use = rule.entries.get('use')
  if (use === undefined) return true
  const message = 'a template is one whole rule: it cannot use another template'
  report.add(use.key, 'error', 'template/nested', message, 'write here what the other template says')
  return false
}

interface Checking {
  /** Null where they could not be read. */
  readonly needs: ReadonlyMap<string, Need> | null
  readonly used: Set<string>
  readonly report: Report
}

function checkHoles(node: Node, checking: Checking): boolean {
  if (node.kind === 'scalar') return checkText(node, checking)
  if (node.kind === 'list') return node.items.map((item) => checkHoles(item, checking)).every(Boolean)
  return [...node.entries.values()]
    .map(({ key, value }) => {
      const isPlain = checkKey(key, checking.report)
      return checkHoles(value, checking) && isPlain
    })
    .every(Boolean)
}

function checkKey(key: ScalarNode, report: Report): boolean {
  if (!hasHole(key.text)) return true
  report.add(key, 'error', 'template/hole', 'a hole stands for a value; it cannot be a key')
  return false
}

function checkText(node: ScalarNode, { needs, used, report }: Checking): boolean {
  const broken = brokenHole(node.text)
  if (broken !== null) {
    const message = `\`${broken.slice(0, 60)}\` is no hole: one name stands behind \`with.\`, and nothing else`
    report.add(node, 'error', 'template/hole', message)
    return false
  }
  const parts = partsOf(node.text)
  const isSole = soleHole(parts) !== null
  return parts
    .map((part) => {
      if (typeof part === 'string') return true
      used.add(part.name)
      const fault = needs === null ? null : holeFault(part.name, { needs, isSole })
      if (fault === null) return true
      report.add(node, 'error', 'template/hole', fault.message, fault.help)
      return false
    })
    .every(Boolean)
}

function holeFault(
  name: string,
  { needs, isSole }: { readonly needs: ReadonlyMap<string, Need>; readonly isSole: boolean },
): { readonly message: string; readonly help: string } | null {
  const need = needs.get(name)
  if (need === undefined) {
    const near = didYouMean(name, needs.keys())
    const question = near === null ? '' : ` - did you mean "${near}"?`
    return {
      message: `\`needs\` does not list "${name}"${question}`,
      help: `list it with its type, as in \`needs: {${name}: text}\``,
    }
  }
  if (!need.isOptional || isSole) return null
  return {
    message: `"${name}" may be left out, so it cannot stand inside a longer text`,
    help: 'make it the whole value, or take the ? away',
  }
}
