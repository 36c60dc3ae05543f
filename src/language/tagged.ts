import { foundIn } from './expected.ts'
import { unknownKey } from './key.ts'
import { didYouMean, homeAssistantWords } from './names.ts'
import { isEmpty, type MapEntry, type MapNode, type Node, type ScalarNode } from './node.ts'
import type { Report } from './report.ts'
import { saidBoolean } from './typed.ts'
import { code, list, quote } from './wording.ts'

/** One item of a `when`, `if` or `do` list: the key that names its kind, and what may stand beside it. */
export interface Tagged {
  readonly kind: string
  readonly keyNode: ScalarNode
  /** The options of the kind, not looked at yet. */
  readonly value: Node
  readonly id?: string
  readonly name?: string
  readonly if?: Node
  readonly enabled: boolean
  /** What stands there of the further keys that were asked for. */
  readonly more: ReadonlyMap<string, MapEntry>
}

const beside = ['id', 'if', 'name', 'enabled']
// Keys behind which Home Assistant names the kind that here is itself the key.
const kindKeys = new Set(['platform', 'trigger', 'condition', 'action', 'service', 'device_id', 'type'])

interface ItemOptions {
  readonly what: string
  readonly kinds: Iterable<string>
  /** Further keys that may stand beside the kind. */
  readonly more?: readonly string[]
  /** By kind: keys that belong below it, where they are often written beside it. */
  readonly inner?: ReadonlyMap<string, readonly string[]>
  readonly optionsOf?: OptionsOf | undefined
}

/** Reads an item by the first reading rule: one key that names the kind. Undefined after errors, which are reported. */
export function readTagged(node: Node, report: Report, options: ItemOptions): Tagged | undefined {
  const { what, kinds, more = [], inner = new Map(), optionsOf } = options
  const item: Item = { what, kinds: [...kinds], more, inner, report, optionsOf }
  if (node.kind !== 'map') return notAMap(node, item)
  const known = [...node.entries.values()].filter(({ key }) => item.kinds.includes(key.text))
  // `if` may be a kind of its own; beside another kind it is that one's condition.
  const named = known.filter(({ key }) => known.length === 1 || !beside.includes(key.text))
  const [tag, second] = named
  if (tag === undefined) return noKind(node, item)
  if (second !== undefined) {
    const both = `${code(tag.key.text)} and ${code(second.key.text)}`
    const message = `one item, one kind: this has both ${both}. Start a new line with "-"`
    const help = isEmpty(tag.value)
      ? `if ${code(second.key.text)} belongs to ${code(tag.key.text)}, indent it further than ${code(tag.key.text)}`
      : undefined
    report.add(second.key, 'error', 'key/two-kinds', message, help)
    return undefined
  }
  return readBeside(node, tag, item)
}

/** The value of a kind as its map of options: a bare value stands for the option named, no value for none. */
export function withShorthand(value: Node, option: string | undefined): Node {
  if (value.kind === 'map') return value
  if (isEmpty(value)) return { kind: 'map', entries: new Map(), span: value.span }
  if (option === undefined) return value
  // The very same span tells messages that nobody wrote this key.
  const key: ScalarNode = { kind: 'scalar', text: option, quoted: false, span: value.span }
  return { kind: 'map', entries: new Map([[option, { key, value }]]), span: value.span }
}

/** The options of a kind, and the one that a bare value stands for. */
export type OptionsOf = (kind: string) => {
  readonly names: readonly string[]
  readonly shorthand: string | undefined
}

interface Item {
  readonly what: string
  readonly kinds: readonly string[]
  readonly more: readonly string[]
  readonly inner: ReadonlyMap<string, readonly string[]>
  readonly report: Report
  readonly optionsOf?: OptionsOf | undefined
}

function notAMap(node: Node, { what, kinds, report }: Item): undefined {
  const article = /^[aeiou]/.test(what) ? 'an' : 'a'
  const message = `${article} ${what} is a key with its options, such as ${code(`${kinds[0] ?? 'kind'}: …`)}, not ${foundIn(node)}`
  const kind = node.kind === 'scalar' ? nearest(node.text.replace(/:.*/s, ''), kinds) : null
  const help = kind === null ? undefined : `write ${code(`${kind}: …`)}`
  report.add(node, 'error', 'type/value', message, help)
  return undefined
}

/** One message for the first key that could have been meant as the kind; its neighbours are options or echoes. */
function noKind(node: MapNode, { what, kinds, more, report }: Item): undefined {
  const entries = [...node.entries.values()]
  const strangers = entries.filter(({ key }) => ![...beside, ...more].includes(key.text))
  const foreign = strangers.find(({ key }) => homeAssistantWords.has(key.text) || kindKeys.has(key.text))
  const near = strangers.find(({ key }) => nearest(key.text, kinds) !== null)
  const stranger = near ?? foreign ?? strangers[0]
  if (stranger === undefined) {
    const message = `this ${what} does not name its kind (one of: ${list(kinds)})`
    report.add(entries[0]?.key ?? node, 'error', 'key/missing', message)
  } else if (stranger === near || stranger !== foreign) {
    const meant = nearest(stranger.key.text, kinds)
    const hint = meant === null ? '' : ` - did you mean ${quote(meant)}?`
    const message = `unknown ${what} ${quote(stranger.key.text)}${hint} (known: ${list(kinds)})`
    report.add(stranger.key, 'error', 'key/unknown', message)
  } else reportForeign(stranger, { what, kinds, report })
  return undefined
}

/** `platform: time` beside its options, which Home Assistant's people write. */
function reportForeign(
  { key, value }: MapEntry,
  { what, kinds, report }: Pick<Item, 'what' | 'kinds' | 'report'>,
): void {
  if (value.kind === 'scalar' && kindKeys.has(key.text) && value.text !== '') {
    const kind = nearest(value.text, kinds)
    const instead =
      kind === null
        ? `the kind of the ${what} is itself the key (one of: ${list(kinds)})`
        : `the kind is itself the key: ${code(`${kind}: …`)}`
    const message = `Home Assistant writes ${code(`${key.text}: ${value.text}`)}; here ${instead}`
    report.add(key, 'error', 'key/ha-word', message)
    return
  }
  const { code: problem, message } = unknownKey({ name: key.text, allowed: kinds, where: `this ${what}` })
  report.add(key, 'error', problem, message, `the kinds of ${what} are: ${list(kinds)}`)
}

function readBeside(node: MapNode, tag: MapEntry, item: Item): Tagged | undefined {
  const { what, more, inner, report } = item
  const kind = tag.key.text
  const allowed = [...beside, ...more]
  let isGood = true
  for (const entry of node.entries.values()) {
    const { key } = entry
    if (key === tag.key || allowed.includes(key.text)) continue
    isGood = false
    const { code: problem, message } = unknownKey({
      name: key.text,
      allowed,
      where: `this ${what}, beside ${code(kind)}`,
    })
    const help = isEmpty(tag.value)
      ? `to make it an option of ${code(kind)}, indent it further than ${code(kind)}`
      : inner.get(kind)?.includes(key.text)
        ? belongsInto(tag, key.text)
        : insideHelp(tag, entry, item)
    report.add(key, 'error', problem, message, help)
    if (help !== undefined) break
  }
  const id = text(node, 'id', report)
  const name = text(node, 'name', report)
  const enabled = flag(node, report)
  const condition = node.entries.get('if')
  if (!isGood || id === null || name === null || enabled === null) return undefined
  return {
    kind,
    keyNode: tag.key,
    value: tag.value,
    enabled,
    more: new Map([...node.entries].filter(([name]) => more.includes(name))),
    ...(id === undefined ? {} : { id }),
    ...(name === undefined ? {} : { name }),
    ...(condition === undefined || condition === tag ? {} : { if: condition.value }),
  }
}

function belongsInto({ key, value }: MapEntry, inner: string): string {
  const kind = code(key.text)
  return value.kind === 'list'
    ? `it belongs into the list of ${kind}, as its last item: ${code(`- ${inner}: …`)}`
    : `it belongs into ${kind}, as in ${code(`${key.text}: {…, ${inner}: …}`)}`
}

/** An option that stands beside its kind: how it is written inside. */
function insideHelp(
  tag: MapEntry,
  { key, value }: MapEntry,
  { report, optionsOf }: Item,
): string | undefined {
  const kind = tag.key.text
  const { names, shorthand } = optionsOf?.(kind) ?? { names: [], shorthand: undefined }
  if (!names.includes(key.text)) return undefined
  const inside = `${key.text}: ${report.textAt(value)}`
  const first =
    tag.value.kind === 'map'
      ? (/^\{(.*)\}$/s.exec(report.textAt(tag.value))?.[1] ?? null)
      : shorthand === undefined
        ? null
        : `${shorthand}: ${report.textAt(tag.value)}`
  const whole = `${kind}: {${first}, ${inside}}`
  const isShort = first !== null && !whole.includes('\n') && whole.length <= longestExample
  return isShort
    ? `write ${code(whole)}`
    : `${code(key.text)} is an option of ${code(kind)}: indent it further than ${code(kind)}`
}

const longestExample = 100

/** Undefined where the key is not there, null after an error. */
function text(node: MapNode, key: string, report: Report): string | undefined | null {
  const entry = node.entries.get(key)
  if (entry === undefined) return undefined
  if (entry.value.kind === 'scalar' && entry.value.text !== '') return entry.value.text
  const place = isEmpty(entry.value) ? entry.key : entry.value
  report.add(place, 'error', 'type/value', `${code(key)} takes a text`)
  return null
}

function flag(node: MapNode, report: Report): boolean | null {
  const entry = node.entries.get('enabled')
  if (entry === undefined) return true
  const value = saidBoolean(entry.value)
  if (value !== undefined) {
    if (entry.value.kind === 'scalar' && !/^(true|false)$/i.test(entry.value.text))
      report.wouldUsually(entry.value.span, { text: String(value), quoted: false })
    return value
  }
  const found =
    entry.value.kind === 'scalar' && entry.value.text !== '' ? `, not ${quote(entry.value.text)}` : ''
  const place = isEmpty(entry.value) ? entry.key : entry.value
  report.add(place, 'error', 'type/value', `\`enabled\` takes true or false${found}`)
  return null
}

function nearest(word: string, kinds: readonly string[]): string | null {
  return kinds.includes(word) ? word : didYouMean(word, kinds)
}
