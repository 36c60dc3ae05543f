import { streamsAnsweredBy } from './names.ts'
import { type Surroundings, scalarWith } from './references.ts'
import type { RuleFile } from './rule-file.ts'
import type { ReadRule } from './rules.ts'

interface Known {
  readonly hasCard: NonNullable<Surroundings['hasCard']>
  /** Asked for between two parts of the work; resolves when it may go on. */
  readonly breathe: () => Promise<void>
}

/** Warns of actions that have a player play the card of a story or a stream, and no card of it was ever made. */
export async function checkPublished(
  file: RuleFile,
  files: readonly RuleFile[],
  { hasCard, breathe }: Known,
): Promise<void> {
  // These are heard by the cards of the streams that they answer for.
  const answers = new Set(files.flatMap(streamsAnsweredBy))
  for (const { rule, actions } of file.rules)
    for (const { bound, node } of rule.enabled ? actions : []) {
      const played = playedBy(bound, rule.stream)
      if (played === null || (played.kind === 'stream' && answers.has(played.name))) continue
      await breathe()
      if ((await hasCard(`${played.kind}/${played.name}`)) !== false) continue
      const { kind, name } = played
      const message = `${kind} "${name}" has no card, and \`${bound.kind}\` fails until one is made`
      const inPanel = kind === 'stream' ? 'in the first steps of the panel, ' : ''
      const help = `make one: ${inPanel}with the command \`card publish --${kind} ${name}\`, or with POST /api/cards {"${kind}": "${name}"}`
      file.report.add(scalarWith(node, name), 'warning', 'ref/unpublished', message, help)
    }
}

interface Played {
  readonly kind: 'story' | 'stream'
  readonly name: string
}

/** What needs a card of its own; null where it is not said, as of a stream that a press tells of. */
function playedBy(
  { kind, options }: ReadRule['actions'][number]['bound'],
  ruleStream: string | null,
): Played | null {
  const named = options as Readonly<Record<string, unknown>>
  const [what, name] =
    kind === 'story'
      ? (['story', named.start ?? named.resume] as const)
      : (['stream', kind === 'play' ? (named.stream ?? ruleStream) : null] as const)
  return typeof name === 'string' ? { kind: what, name } : null
}
