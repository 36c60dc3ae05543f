import { both, either, textsNeeded } from '../../language/expression/texts-needed.ts'
import { findScalar, type ScalarNode } from '../../language/node.ts'
import type { RuleCondition } from '../condition.ts'
import type { Surroundings } from './references.ts'
import type { RuleFile } from './rule-file.ts'
import type { ReadRule } from './rules.ts'

interface Known {
  /** Whether a card was made by this product; null where that is not known. */
  readonly isOurCard: NonNullable<Surroundings['isOurCard']>
  /** Asked for between two parts of the work; resolves when it may go on. */
  readonly breathe: () => Promise<void>
}

const cardId = /^[A-Za-z0-9]{5}$/
// As the knob is called on cards of others.
const elsewhere: Readonly<Record<string, string>> = { left: 'previous', right: 'next' }

/** Warns of rules that wait for `left` or `right` on a card of somebody else: there the knob has other names. */
export async function checkButtonCards(file: RuleFile, { isOurCard, breathe }: Known): Promise<void> {
  for (const { rule } of file.rules) {
    const asked = new Map<string, Press[]>()
    for (const press of rule.enabled ? sidePresses(rule) : []) {
      const cards = cardsNeeded([...rule.if, ...press.conditions], press) ?? []
      for (const card of cards.filter((text) => cardId.test(text)))
        asked.set(card, [...(asked.get(card) ?? []), press])
    }
    for (const [card, presses] of asked) {
      await breathe()
      if ((await isOurCard(card)) === false) warn(file, { rule, card, presses })
    }
  }
}

interface Press {
  readonly button: string
  /** As the rule calls it; null where it may be any. */
  readonly player: string | null
  /** What an expression calls the card that the button was pressed on. */
  readonly names: readonly string[]
  /** Those of the trigger alone. */
  readonly conditions: readonly RuleCondition[]
}

function sidePresses({ when, player: own }: ReadRule['rule']): Press[] {
  return when.flatMap(({ kind, options, if: conditions = [] }): Press[] => {
    if (kind !== 'button') return []
    const { button, player = own } = options as { readonly button: string; readonly player?: string }
    if (!Object.hasOwn(elsewhere, button)) return []
    // In a rule that names a player, `player` is that one, whoever was pressed.
    const isItself = own === null || own === player
    return [{ button, player, names: ['trigger.card_id', ...(isItself ? ['player.card'] : [])], conditions }]
  })
}

/** One of which must be in the player where all of the conditions hold; null where it may be any. */
function cardsNeeded(conditions: readonly RuleCondition[], press: Press): readonly string[] | null {
  return conditions.reduce<readonly string[] | null>(
    (needed, condition) => both(needed, cardsOf(condition, press)),
    null,
  )
}

function cardsOf(condition: RuleCondition, press: Press): readonly string[] | null {
  if ('expression' in condition) return textsNeeded(condition.expression.text, press.names)
  if ('conditions' in condition)
    return condition.kind === 'any' ? either(condition.conditions.map((one) => cardsOf(one, press))) : null
  const beside = cardsNeeded(condition.if ?? [], press)
  if (condition.kind !== 'card') return beside
  const { is, player: whose } = condition.options as { readonly is: string; readonly player?: string }
  return whose === press.player ? both([is], beside) : beside
}

interface Found {
  readonly rule: ReadRule['rule']
  readonly card: string
  readonly presses: readonly Press[]
}

function warn(file: RuleFile, { rule, card, presses }: Found): void {
  const written = file.section('rules')?.entries.get(rule.id)
  if (written === undefined) return
  const { key, value } = written
  const names = presses.flatMap((press) => press.names)
  const asksForIt = ({ text }: ScalarNode) =>
    text === card || (text.includes(card) && textsNeeded(text, names)?.includes(card) === true)
  const conditions =
    value.kind === 'map' ? ['if', 'when'].flatMap((name) => value.entries.get(name)?.value ?? []) : []
  const places = conditions.flatMap((node) => findScalar(node, asksForIt, ['none']) ?? [])
  const buttons = [...new Set(presses.map(({ button }) => button))]
  const [theirs, those] = [buttons.map((name) => elsewhere[name] ?? name), buttons].map((all) =>
    all.map((name) => `\`button: ${name}\``).join(' or '),
  )
  const message = `card ${card} is not one of ours: nobody can tell left from right on its knob, so ${those} never comes from it`
  const help = `write ${theirs}, as the knob is called on the cards of others, or play a card that was made here`
  file.report.add(places[0] ?? key, 'warning', 'rule/button-card', message, help)
}
