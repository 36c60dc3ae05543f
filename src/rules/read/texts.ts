import type { Environment } from '../../language/expression/environment.ts'
import { hasHoles, type Template } from '../../language/expression/interpolation.ts'
import { readTemplate } from '../../language/expression/read.ts'
import type { Node } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import type { ActionDef } from '../plugin.ts'

/** The action's texts that hold `${ }`, by option; null after errors, which are reported. */
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
    if (value?.kind !== 'scalar' || !hasHoles(value.text)) continue
    const template = readTemplate(value, report, { environment })
    if (template === undefined) isGood = false
    else found.set(option, template)
  }
  return isGood ? found : null
}
