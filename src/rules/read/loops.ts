import { list, quote } from '../../language/wording.ts'
import type { BoundSetting } from '../rule-set.ts'
import { allSteps, type Step } from '../step.ts'
import type { RuleFile } from './rule-file.ts'
import type { ReadRule } from './rules.ts'

/** A rule that sets an input which starts another one. */
interface Start {
  readonly from: Node
  readonly to: Node
  readonly input: string
  /** What it is set to, as it is written there; null where that is worked out. */
  readonly value: string | null
}

interface Node {
  readonly file: RuleFile
  readonly read: ReadRule
}

// More rules in a row than anybody would write, and more of them than anybody could follow: a file that has them is not
// looked through, as that would take for ever.
const longest = 8
const mostSteps = 200
const mostPaths = 50

/**
 * Warns of rules that start one another for ever by setting inputs. An input that is set to what it is starts nothing, so
 * a circle in which each input is only ever set to one value ends by itself.
 */
export function checkLoops(files: readonly RuleFile[]): void {
  const nodes = files.flatMap((file) => file.rules.map((read) => ({ file, read })))
  const steps = stepsAmong(nodes.filter(({ read }) => read.rule.enabled))
  const said = new Set<Node>()
  for (const first of new Set(steps.map(({ from }) => from))) {
    const circle = said.has(first) ? null : circleFrom(first, steps)
    if (circle === null) continue
    for (const { from } of circle) said.add(from)
    const { file, read } = first
    const help = 'give one of them a condition that ends it, or set the input in one place alone'
    file.report.add(read.node, 'warning', 'rule/loop', inWords(circle), help)
  }
}

function stepsAmong(nodes: readonly Node[]): Start[] {
  const waiting = new Map<string, { readonly node: Node; readonly value: string | null }[]>()
  for (const node of nodes)
    for (const { definition, options } of node.read.rule.when)
      for (const reference of definition.references?.(options as never) ?? []) {
        if (reference.kind !== 'input') continue
        const heard = waiting.get(reference.name) ?? []
        waiting.set(reference.name, [...heard, { node, value: reference.value }])
      }
  if (waiting.size === 0) return []
  const settings = nodes.flatMap((from) =>
    allSteps(from.read.rule.do)
      .flatMap(settingsIn)
      .map((setting) => ({ from, setting })),
  )
  const count = settings.reduce((sum, { setting }) => sum + (waiting.get(setting.name)?.length ?? 0), 0)
  if (count > mostSteps) return []
  return settings.flatMap(({ from, setting }) => {
    const value = constantOf(setting)
    const heard = waiting.get(setting.name) ?? []
    const started = heard.filter((one) => one.value === null || value === null || one.value === value)
    return started.map(({ node: to }) => ({ from, to, input: setting.name, value }))
  })
}

function settingsIn(step: Step): readonly BoundSetting[] {
  if (step.does !== 'act') return []
  return (step.settings ?? []).filter(({ kind }) => kind === 'set-input')
}

function constantOf({ expression }: BoundSetting): string | null {
  if (expression.names.length > 0) return null
  const outcome = expression.evaluate({})
  return 'value' in outcome ? String(outcome.value) : null
}

/** The shortest circle through the rule that does not end by itself. */
function circleFrom(first: Node, steps: readonly Start[]): readonly Start[] | null {
  let paths: readonly (readonly Start[])[] = steps.filter(({ from }) => from === first).map((step) => [step])
  for (let length = 1; length <= longest && paths.length > 0; length++) {
    const closed = paths.find((path) => path.at(-1)?.to === first && isEndless(path))
    if (closed !== undefined) return closed
    paths = paths
      .flatMap((path) => steps.filter(({ from }) => from === path.at(-1)?.to).map((step) => [...path, step]))
      .filter((path) => path.filter(({ from }) => from === path.at(-1)?.from).length === 1)
      .slice(0, mostPaths)
  }
  return null
}

function isEndless(circle: readonly Start[]): boolean {
  return circle.every(({ input, value }) => {
    const others = circle.filter((step) => step.input === input).map((step) => step.value)
    return value === null || others.some((other) => other !== value)
  })
}

/** `"a" sets input party, which starts "b", which sets party, which starts "a"`. */
function inWords(circle: readonly Start[]): string {
  const name = ({ read }: Node) => quote(read.rule.id)
  const [first] = circle
  if (circle.length === 1 && first !== undefined)
    return `${name(first.from)} sets input ${first.input}, which starts it again`
  const said = circle.map(({ to, input }, index) =>
    index === 0
      ? `sets input ${input}, which starts ${name(to)}`
      : `which sets ${input}, which starts ${name(to)}`,
  )
  const inputs = [...new Set(circle.map(({ input }) => input))]
  const start = first === undefined ? '' : `${name(first.from)} `
  return said.length > 3
    ? `${start}and ${circle.length - 1} other rules start one another by ${list(inputs)}`
    : `${start}${said.join(', ')}`
}
