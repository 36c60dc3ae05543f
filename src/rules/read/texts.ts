import type { Environment } from '../../language/expression/environment.ts'
import { hasHoles, type Template } from '../../language/expression/interpolation.ts'
import { readTemplate } from '../../language/expression/read.ts'
import type { Node, ScalarNode } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import { innerPath } from '../inner-texts.ts'
import type { ActionDef } from '../plugin.ts'

/** The action's texts that hold `${ }`, by option, or by path where they stand in one; null after errors, which are reported. */
export function readTexts(
  node: Node,
  { texts = [], shorthand }: Pick<ActionDef, 'texts' | 'shorthand'>,
  { report, environment }: { readonly report: Report; readonly environment: Environment },
): ReadonlyMap<string, Template> | null {
  const found = new Map<string, Template>()
  let isGood = true
  for (const option of texts) {
    const bare = option === shorthand ? node : undefined
    const value = node.kind === 'map' ? node.entries.get(option)?.value : bare
    for (const [path, text] of value === undefined ? [] : textsIn(option, value)) {
      if (!hasHoles(text.text)) continue
      const template = readTemplate(text, report, { environment })
      if (template === undefined) isGood = false
      else found.set(path, template)
    }
  }
  return isGood ? found : null
}

function textsIn(path: string, node: Node): readonly [path: string, text: ScalarNode][] {
  if (node.kind === 'scalar') return [[path, node]]
  const inner: [string | number, Node][] =
    node.kind === 'list'
      ? [...node.items.entries()]
      : [...node.entries].map(([key, { value }]) => [key, value])
  return inner.flatMap(([key, value]) => textsIn(innerPath(path, key), value))
}
