import { expect, test } from 'vitest'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { readingOf } from '../support/rules.ts'

const ours = ['0urs1', '0urs2']

/** What is said of a file with one rule. */
async function findingsIn(rule: string, isOurCard: (cardId: string) => boolean | null) {
  const text = `rules:\n  r:\n${rule.replace(/^/gm, '    ')}\n    do: [{log: hello}]\n`
  return (await readRuleFiles([{ file: 'a.yaml', text }], readingOf({ isOurCard }))).diagnostics
}

async function doubtsIn(rule: string, isOurCard = (cardId: string): boolean | null => ours.includes(cardId)) {
  return (await findingsIn(rule, isOurCard)).map(
    ({ line, code, message }) => `${line} ${code} ${message.split(':')[0]}`,
  )
}

const said = (line: number, card = 'alien') => `${line} rule/button-card card ${card} is not one of ours`

test.each([
  ['an expression', "when: [{button: left}]\nif: player.card == 'alien'", [said(4)]],
  ['an expression the other way round', 'when: [{button: left}]\nif: "\'alien\' == player.card"', [said(4)]],
  [
    'a part of an expression',
    "when: [{button: left}]\nif: now.hour < 9 and (trigger.card_id == 'alien' and player.playing)",
    [said(4)],
  ],
  ['the `if` of the trigger', "when:\n  - button: left\n    if: player.card == 'alien'", [said(5)]],
  [
    'one of several conditions',
    "when: [{button: left}]\nif: [player.playing, player.card == 'alien']",
    [said(4)],
  ],
  ['the condition `card`', 'player: den\nwhen: [{button: right}]\nif: [{card: alien}]', [said(5)]],
  [
    'the condition `card` about the player of the trigger',
    'when: [{button: {button: right, player: den}}]\nif: [{card: {is: alien, player: den}}]',
    [said(4)],
  ],
  [
    'what stands beside a condition',
    "when: [{button: right}]\nif: [{days: weekdays, if: player.card == 'alien'}]",
    [said(4)],
  ],
  [
    'each of a list, but those that are ours',
    "when: [{button: left}]\nif: player.card in ['alien', '0urs1', 'other']",
    [said(4), said(4, 'other')],
  ],
  [
    'each of several under `any`',
    "when: [{button: left}]\nif: {any: [player.card == 'alien', player.card == 'other' or player.card == '0urs2']}",
    [said(4), said(4, 'other')],
  ],
  ['each of two triggers', "when: [{button: left}, {button: right}]\nif: player.card == 'alien'", [said(4)]],
])('%s asks for a card of somebody else', async (_, rule, doubts) => {
  expect(await doubtsIn(rule)).toEqual(doubts)
})

test.each([
  ['a card that was made here', "when: [{button: left}]\nif: player.card == '0urs1'"],
  ['buttons that other cards have', "when: [{button: next}, {button: previous}]\nif: player.card == 'alien'"],
  ['a card that must not be there', "when: [{button: left}]\nif: player.card != 'alien'"],
  ['what is said behind `not`', "when: [{button: left}]\nif: not (player.card == 'alien')"],
  ['a card under `none`', "when: [{button: left}]\nif: {none: [player.card == 'alien']}"],
  ['a card that is one way of two', "when: [{button: left}]\nif: player.card == 'alien' or now.hour > 9"],
  [
    'one way of two under `any`',
    "when: [{button: left}]\nif: {any: [player.card == 'alien', player.playing]}",
  ],
  [
    'the card of the rule’s player where another one is pressed',
    "player: den\nwhen: [{button: {button: left, player: loft}}]\nif: player.card == 'alien'",
  ],
  ['no card', "when: [{button: left}]\nif: player.card == ''"],
  ['any card', 'player: den\nwhen: [{button: right}]\nif: [{card: any}]'],
  [
    'the card of another player',
    'player: den\nwhen: [{button: right}]\nif: [{card: {is: alien, player: loft}}]',
  ],
  [
    'the card of one player, and any may press',
    'when: [{button: right}]\nif: [{card: {is: alien, player: loft}}]',
  ],
  [
    'two cards at once, which nothing is',
    "when: [{button: left}]\nif: player.card == 'alien' and player.card == 'other'",
  ],
  ['another trigger', "when: [{playing: started}]\nif: player.card == 'alien'"],
  ['another field', "when: [{button: left}]\nif: player.name == 'alien'"],
  ['a rule that is switched off', "enabled: false\nwhen: [{button: left}]\nif: player.card == 'alien'"],
])('nothing is said of %s', async (_, rule) => {
  expect(await doubtsIn(rule)).toEqual([])
})

test.each([
  ["when: [{button: left}]\nif:\n  - player.card != 'alien'\n  - trigger.card_id == 'alien'", said(6)],
  [
    "when: [{button: left}]\nif:\n  - any:\n      - none: [player.card == 'alien']\n      - player.card == '0urs1'\n  - any:\n      - player.card == 'alien'\n      - player.card == 'alien'",
    said(9),
  ],
])('the place is where the card is asked for, not where it must not be: %s', async (rule, doubt) => {
  expect(await doubtsIn(rule)).toContainEqual(doubt)
})

test('one that is asked by both buttons is told of once, with both', async () => {
  const rule = "when: [{button: left}, {button: right}]\nif: player.card == 'alien'"
  expect(await findingsIn(rule, () => false)).toMatchObject([
    {
      message: expect.stringContaining('so `button: left` or `button: right` never comes from it'),
      help: expect.stringContaining('write `button: previous` or `button: next`'),
    },
  ])
})

test('where the cards are not known, none is doubted', async () => {
  expect(await doubtsIn("when: [{button: left}]\nif: player.card == 'alien'", () => null)).toEqual([])
})

test('the place is where the card is named, and the way out names the button', async () => {
  const rule = "name: alien\nwhen: [{button: left}]\nif: player.card == 'alien'"
  expect(await findingsIn(rule, () => false)).toMatchObject([
    { line: 5, column: 9, help: expect.stringContaining('`button: previous`') },
  ])
})
