import type { TSchema } from 'typebox'
import { decode } from '../../language/check.ts'
import { Report } from '../../language/report.ts'
import { loadYaml } from '../../language/source.ts'
import { readTagged, withShorthand } from '../../language/tagged.ts'

interface Shown {
  readonly examples: readonly string[]
  readonly options: TSchema
  readonly shorthand?: string
}

/** Why one of its examples is no good line of the part; null where all are. */
export function exampleFault(kind: string, { examples, options, shorthand }: Shown): string | null {
  for (const example of examples) {
    const why = lineFault(kind, example, { options, shorthand })
    if (why !== null) return `its example \`${example.slice(0, 200)}\` is no good line: ${why}`
  }
  return null
}

function lineFault(
  kind: string,
  text: string,
  { options, shorthand }: { readonly options: TSchema; readonly shorthand: string | undefined },
): string | null {
  const source = { file: 'example', text }
  const { root, diagnostics } = loadYaml(source)
  const [first] = diagnostics
  if (first !== undefined) return first.message
  const [item, another] = root?.kind === 'list' ? root.items : []
  if (item === undefined || another !== undefined) return `it must be one line that begins with "- ${kind}:"`
  const report = new Report(source)
  const tagged = readTagged(item, report, { what: 'line', kinds: [kind] })
  if (tagged !== undefined)
    decode(options, withShorthand(tagged.value, shorthand), report, { what: `\`${kind}\`` })
  return report.diagnostics[0]?.message ?? null
}
