import { isEmpty, type MapNode, type Node } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'

const words = {
  when: ['triggers', 'trigger'],
  if: ['conditions', 'condition'],
  do: ['actions', 'action', 'sequence'],
} as const
const others = ['alias', 'description', 'id', 'mode', 'max', 'variables', 'initial_state', 'trace']

/** An automation of Home Assistant that stands where a rule file begins. */
interface Pasted {
  /** Where it is pointed at. */
  readonly place: Node
  readonly automation: MapNode
  /** Its keys among those of the file. */
  readonly keys: ReadonlySet<string>
}

/** The first automation of Home Assistant at the top of the file; null where there is none. */
export function pastedAutomation(root: Node): Pasted | null {
  const below = root.kind === 'map' ? root.entries.get('automation') : undefined
  if (below !== undefined) {
    const automation = firstIn(below.value)
    return automation === null ? null : { place: below.key, automation, keys: new Set(['automation']) }
  }
  const automation = firstIn(root)
  const [first] = automation?.entries.values() ?? []
  if (automation === null || first === undefined) return null
  const own = [...words.when, ...words.if, ...words.do, ...others]
  const named = [...automation.entries.values()].find(({ key }) => own.includes(key.text)) ?? first
  return { place: named.key, automation, keys: root.kind === 'map' ? new Set(own) : new Set() }
}

/** Says what it would be here. */
export function reportAutomation({ place, automation }: Pasted, report: Report): void {
  const alias = textIn(automation, 'alias') ?? 'my-rule'
  const name = alias
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '')
  const condition = itemsOf(part(automation, 'if')).length === 0 ? '' : ', `if: …` with its conditions'
  const when = itemsOf(part(automation, 'when')).map(triggerHere)
  const does = itemsOf(part(automation, 'do')).map(actionHere)
  const message = 'this is an automation of Home Assistant; here it is a rule, in words of its own'
  const help = `write \`rules:\`, below it \`${name.slice(0, 40) || 'my-rule'}:\`, and below that \`when: [${when.join(', ')}]\`${condition} and \`do: [${does.join(', ')}]\``
  report.add(place, 'error', 'key/ha-word', message, help)
}

function firstIn(node: Node): MapNode | null {
  const automation = node.kind === 'list' ? node.items[0] : node
  if (automation?.kind !== 'map') return null
  return part(automation, 'when') !== undefined && part(automation, 'do') !== undefined ? automation : null
}

function part({ entries }: MapNode, ours: keyof typeof words): Node | undefined {
  const found = words[ours].find((word) => entries.has(word))
  return found === undefined ? undefined : entries.get(found)?.value
}

const mostShown = 5

function itemsOf(node: Node | undefined): readonly Node[] {
  if (node === undefined || isEmpty(node)) return []
  return node.kind === 'list' ? node.items.slice(0, mostShown) : [node]
}

function triggerHere(node: Node): string {
  if (node.kind !== 'map') return unknown
  const say = (key: string) => textIn(node, key)
  switch (say('trigger') ?? say('platform')) {
    case 'time':
      return /^\d{1,2}:\d{2}/.test(say('at') ?? '') ? `{time: "${say('at')?.slice(0, 5)}"}` : unknown
    case 'sun':
      return `{sun: ${say('event') ?? 'sunset'}}`
    case 'homeassistant':
      return '{startup: {}}'
    case 'mqtt':
      return `{mqtt: ${say('topic') ?? '…'}}`
    case 'webhook':
      return `{webhook: ${say('webhook_id') ?? '…'}}`
    case 'state': {
      const to = say('to')
      return `{ha: {entity: ${say('entity_id') ?? '…'}${to === undefined ? '' : `, to: "${to}"`}}}`
    }
    default:
      return unknown
  }
}

function actionHere(node: Node): string {
  if (node.kind !== 'map') return unknown
  const action = textIn(node, 'action') ?? textIn(node, 'service')
  const delay = textIn(node, 'delay')
  if (delay !== undefined) return `{wait: "${delay}"}`
  if (action === undefined) return unknown
  const target = node.entries.get('target')?.value
  const entity = target?.kind === 'map' ? textIn(target, 'entity_id') : textIn(node, 'entity_id')
  return entity === undefined
    ? `{ha: ${action}}`
    : `{ha: {action: ${action}, target: {entity_id: ${entity}}}}`
}

const unknown = '…'

function textIn({ entries }: MapNode, key: string): string | undefined {
  const value = entries.get(key)?.value
  return value?.kind === 'scalar' && value.text !== '' ? value.text.slice(0, 80) : undefined
}
