import { both, either, textsNeeded } from '../../language/expression/texts-needed.ts'
import { findScalar } from '../../language/node.ts'
import type { RuleCondition } from '../condition.ts'
import type { TriggerDef } from '../plugin.ts'
import type { Bound } from '../rule-set.ts'
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
/** What an expression calls the card that the button was pressed on. */
const names = ['player.card', 'trigger.card_id']

/** Warns of rules that wait for `left` or `right` on a card of somebody else: there the knob has other names. */
export async function checkButtonCards(file: RuleFile, { isOurCard, breathe }: Known): Promise<void> {
  for (const { rule } of file.rules)
    for (const trigger of rule.enabled ? rule.when : []) {
      const press = sidePress(trigger, rule)
      if (press === null) continue
      await breathe()
      const cards = cardsNeeded([...rule.if, ...(trigger.if ?? [])], press.player) ?? []
      for (const card of cards.filter((text) => cardId.test(text)))
        if ((await isOurCard(card)) === false) warn(file, { rule, button: press.button, card })
    }
}

interface Press {
  readonly button: string
  /** As the rule calls it; null where it may be any. */
  readonly player: string | null
}

function sidePress({ kind, options }: Bound<TriggerDef>, rule: ReadRule['rule']): Press | null {
  if (kind !== 'button') return null
  const { button, player = rule.player } = options as { readonly button: string; readonly player?: string }
  return Object.hasOwn(elsewhere, button) ? { button, player } : null
}

/** One of which must be in the player where all of the conditions hold; null where it may be any. */
function cardsNeeded(
  conditions: readonly RuleCondition[],
  player: Press['player'],
): readonly string[] | null {
  return conditions.reduce<readonly string[] | null>(
    (needed, condition) => both(needed, cardsOf(condition, player)),
    null,
  )
}

function cardsOf(condition: RuleCondition, player: Press['player']): readonly string[] | null {
  if ('expression' in condition) return textsNeeded(condition.expression.text, names)
  if ('conditions' in condition)
    return condition.kind === 'any' ? either(condition.conditions.map((one) => cardsOf(one, player))) : null
  const beside = cardsNeeded(condition.if ?? [], player)
  if (condition.kind !== 'card') return beside
  const { is, player: whose } = condition.options as { readonly is: string; readonly player?: string }
  return whose === player ? both([is], beside) : beside
}

interface Found {
  readonly rule: ReadRule['rule']
  readonly button: string
  readonly card: string
}

function warn(file: RuleFile, { rule, button, card }: Found): void {
  const written = file.section('rules')?.entries.get(rule.id)
  if (written === undefined) return
  const { key, value } = written
  const conditions =
    value.kind === 'map' ? ['if', 'when'].flatMap((name) => value.entries.get(name)?.value ?? []) : []
  const places = conditions.flatMap((node) => findScalar(node, ({ text }) => text.includes(card)) ?? [])
  const message = `card ${card} is not one of ours: nobody can tell left from right on its knob, so \`button: ${button}\` never comes from it`
  const help = `write \`button: ${elsewhere[button]}\`, as the knob is called on the cards of others, or play a card that was made here`
  file.report.add(places[0] ?? key, 'warning', 'rule/button-card', message, help)
}
