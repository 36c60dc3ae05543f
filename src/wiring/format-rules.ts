import { type Formatted, formatYaml, withUnixLines } from '../language/format.ts'
import type { Source } from '../language/source.ts'
import { actions, conditions, triggers } from '../rules/catalog.ts'
import { readRuleFiles } from '../rules/read/rule-files.ts'
import { createRegistry } from '../rules/registry.ts'

/** A rule file in its usual form, with what its reader takes though it is usually written otherwise. */
export async function formatRules({ file, text }: Source): Promise<Formatted> {
  const source = { file, text: withUnixLines(text) }
  const plain = formatYaml(source)
  if ('problem' in plain) return plain
  const { files } = await readRuleFiles([source], {
    registry: createRegistry({ triggers, conditions, actions }),
    fileExists: async () => true,
    topicFault: () => null,
    ...{ zone: 'UTC', location: { latitude: 0, longitude: 0 }, isChecked: true },
  })
  const [{ usual, hasOwnErrors } = { usual: [], hasOwnErrors: false }] = files
  // A map that is wrong in itself may not be one item.
  const sure = usual.filter(({ write }) => write !== 'list' || !hasOwnErrors)
  if (sure.length === 0) return plain
  const formatted = formatYaml(source, sure)
  return 'problem' in formatted ? plain : formatted
}
