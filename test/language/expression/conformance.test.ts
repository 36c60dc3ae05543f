import { expect, test, vi } from 'vitest'
import { compileExpression } from '../../../src/language/expression/expression.ts'
import { environment, values } from './environment.ts'

const unknown = 'player.battery is not known'

test.each<[text: string, outcome: unknown]>([
  ["player.playing and now.time >= '19:00'", true],
  ["player.playing && now.time >= '20:00'", false],
  ['brave or gold > 1', true],
  ['brave || gold > 2', false],
  ['not brave', true],
  ['!brave', true],
  ['not (gold > 3)', true],
  ['not brave == false', false],
  ['not brave and not player.playing', false],
  // Words in texts and behind dots stay what they are.
  ['player.name == "Den or \\"and\\""', true],
  ["'not' + ' or ' == 'not or '", true],
  ['brave\n  or player.playing', true],
  // Numbers.
  ['player.volume / 2', 1.5],
  ['7 / 2', 3.5],
  ['7 % 4', 3],
  ['player.volume + 1.5 > 4', true],
  ['player.temperature > 20', true],
  ['gold == 2.0', true],
  ['-gold', -2],
  ['2 - 3 * 2', -4],
  ['(2 - 3) * 2', -2],
  ['0.1 + 0.2 == 0.3', true],
  ['9223372036854775807 + 1 > 9000000000000000000', true],
  ['0x10', 16],
  // Texts.
  ["'gold: ' + gold", 'gold: 2'],
  ["1.5 + ' litres'", '1.5 litres'],
  ["'it\\'s'", "it's"],
  ["player.name.startsWith('Den')", true],
  ["player.name.contains('xyz')", false],
  ["'abc'.endsWith('bc')", true],
  ["'Den' in player.name", true],
  ["size('moon')", 4],
  ["player.card == ''", true],
  ["player.card != '7JtVV'", true],
  // Lists.
  ["now.weekday in ['sat', 'sun']", true],
  ['gold in [1, 3]', false],
  ['gold in []', false],
  ["now.month_day in ['12-24', '11-21']", true],
  // Choices.
  ['on_off(player.playing)', 'ON'],
  ["if(brave, 'yes', 'no')", 'no'],
  ['if (gold > 1, 1, 0)', 1],
  ['brave ? 1 : 2', 2],
  // What is not known.
  ['player.battery < 10', unknown],
  ['not (player.battery < 10)', unknown],
  ['player.battery < 10 or player.playing', true],
  ['player.playing or player.battery < 10', true],
  ['player.battery < 10 and brave', false],
  ['player.battery < 10 and player.playing', unknown],
  ['player.battery in [1, 2]', unknown],
  ['if(brave, player.battery, 1)', 1],
  [
    '1 / (gold - 2) > 1',
    '`1 / (gold - 2) > 1` divides by zero or calculates with numbers that are too large',
  ],
  ['1 / (gold - 2) > 1 or player.playing', true],
])('%s is %s', (text, outcome) => {
  const { expression, findings } = compileExpression(text, environment, 'any')
  expect(findings).toEqual([])
  const found = expression?.evaluate(values)
  expect(found && ('value' in found ? found.value : found.fault)).toBe(outcome)
})

test.each<[text: string, problem: string, marked: string, words?: string]>([
  ['', 'expr/syntax', '', 'an expression is missing'],
  ['gold >=', 'expr/syntax', '>=', 'the expression stops after "gold >=": something must follow'],
  ['player.playing and ', 'expr/syntax', 'and', 'something must follow'],
  ['player.', 'expr/syntax', 'player.', 'something must follow'],
  ['gold = 3', 'expr/syntax', '=', 'write `==`'],
  ['brave & brave', 'expr/syntax', '&', 'write `and`'],
  ['player.name | lower', 'expr/syntax', '|', 'there are no filters'],
  ['brave AND brave', 'expr/syntax', 'AND', 'write `and`'],
  ['brave is true', 'expr/syntax', 'is', 'write `==`'],
  ['brave == True', 'expr/syntax', 'True', 'write `true`'],
  ['{{ brave }}', 'expr/syntax', '{', 'needs no braces'],
  ['if brave', 'expr/syntax', 'if', 'leave out `if`'],
  ['(brave', 'expr/syntax', '(', 'the closing `)` of this bracket is missing'],
  ['brave)', 'expr/syntax', ')', 'cannot stand here'],
  ['brave gold', 'expr/syntax', 'gold', '`gold` cannot stand here, after "brave"'],
  ["player.name == 'Den", 'expr/syntax', "'Den", 'has no closing'],
  ["'''Den''' == player.name", 'expr/syntax', "'''Den'", 'two texts'],
  ["r'a' == player.name", 'expr/syntax', 'r', 'in front of the quotes'],
  ['brave // and more', 'expr/syntax', '//', 'comment'],
  ['player["name"]', 'expr/syntax', 'player["name"]', 'square brackets'],
  ['player.name == null', 'expr/syntax', 'null', 'not known'],
  ['[1] == [2]', 'expr/syntax', '[1]', 'behind `in`'],
  ['12u == gold', 'expr/syntax', '12u', 'cannot be read'],
  ['player.volum > 3', 'expr/unknown-name', 'player.volum', 'there is no "player.volum"'],
  ['(brave) and playr.volume > 3', 'expr/unknown-name', 'playr.volume', 'there is no "playr.volume"'],
  ['playing', 'expr/unknown-name', 'playing', 'there is no "playing"'],
  ['player', 'expr/unknown-name', 'player', '"player" needs a dot'],
  ['player.name.size', 'expr/unknown-name', 'player.name.size', 'at most one dot'],
  ['inputs.party', 'expr/unknown-name', 'inputs.party', 'not part of this version yet'],
  ['frobnicate(1)', 'expr/unknown-name', 'frobnicate', 'there is no function'],
  ["player.name.startswith('D')", 'expr/unknown-name', 'startswith', 'there is no method'],
  ['gold', 'expr/type', 'gold', 'a condition takes yes or no, and `gold` is a number'],
  ['brave and player.name', 'expr/type', 'player.name', '`and` takes yes or no'],
  ["brave and gold == '3'", 'expr/type', "gold == '3'", '`gold` is a number'],
  ['now.time > 9', 'expr/type', 'now.time > 9', '`now.time` is a text'],
  ['(brave or brave) == 1', 'expr/type', '(brave or brave) == 1', 'cannot compare them'],
  ['brave < brave', 'expr/type', 'brave < brave', 'cannot compare them'],
  ["'a' + brave == 'a'", 'expr/type', 'brave', 'yes or no'],
  ['if(gold, true, false)', 'expr/type', 'gold', '`if` takes yes or no'],
  ["if(brave, 1, 'a') == 1", 'expr/type', "'a'", 'both answers'],
  ['on_off(brave, brave) == 1', 'expr/type', 'on_off(brave, brave)', 'on_off(condition)'],
  ["gold in ['a']", 'expr/type', "'a'", 'cannot compare them'],
  ['not gold > 3', 'expr/not', 'not gold > 3', 'write `not (gold > 3)`'],
  ['brave or not gold == 3', 'expr/not', 'not gold == 3', 'write `not (gold == 3)`'],
  ["not 'a' in player.name", 'expr/not', "not 'a' in player.name", "write `not ('a' in player.name)`"],
  ["now.time >= '9:30'", 'expr/clock', "'9:30'", "write '09:30'"],
  ["'9:30' < now.time", 'expr/clock', "'9:30'", "write '09:30'"],
  ["now.time in ['19:30', '7:00']", 'expr/clock', "'7:00'", "write '07:00'"],
  ["now.month_day == '3-1'", 'expr/clock', "'3-1'", "write '03-01'"],
  ["now.time == '25:00'", 'expr/clock', "'25:00'", 'now.time is never'],
  ["player.name.matches('(a+)+$')", 'expr/macro', 'matches', 'cannot be used'],
  ['[1, 2].exists(x, x == 1)', 'expr/macro', 'exists', 'cannot be used'],
  ['has(player.name)', 'expr/macro', 'has', 'cannot be used'],
  [`gold in [${'1, '.repeat(60)}1]`, 'expr/limit', '', 'a list has at most 50 items'],
  [`${'('.repeat(40)}brave${')'.repeat(40)}`, 'expr/limit', '', 'deeper than 24 levels'],
  [`1${'+1'.repeat(150)} > 0`, 'expr/limit', '', 'too many parts'],
  [`brave${' and brave'.repeat(5000)}`, 'expr/limit', '', 'at most 1000 characters'],
])('%s is answered with %s', (text, problem, marked, words = '') => {
  const { expression, findings } = compileExpression(text, environment, 'bool')
  expect(expression).toBeNull()
  const [first] = findings
  expect(first).toMatchObject({ level: 'error', code: problem })
  expect(first?.message).toContain(words)
  if (marked !== '') expect(text.slice(first?.start, first?.end)).toBe(marked)
})

test.each<[text: string, marked: string, words: string]>([
  ["now.weekday == 'monday'", "'monday'", 'always false'],
  ["now.weekday != 'Sat'", "'Sat'", 'always true'],
  ['now.hour > 23', '23', 'always false'],
  ['0 <= now.hour', '0', 'always true'],
  ['player.volume == 17', '17', 'always false'],
])('%s is warned of, and runs', (text, marked, words) => {
  const { expression, findings } = compileExpression(text, environment, 'bool')
  expect(expression).not.toBeNull()
  expect(findings).toMatchObject([{ level: 'warning', code: 'expr/always' }])
  expect(findings[0]?.message).toContain(words)
  expect(text.slice(findings[0]?.start, findings[0]?.end)).toBe(marked)
})

test('an unknown name is answered with the nearest one', () => {
  const helpFor = (text: string) => compileExpression(text, environment, 'bool').findings[0]?.help
  expect(helpFor('player.volum > 3')).toBe('did you mean "player.volume"?')
  expect(helpFor('playr.volume > 3')).toBe('did you mean "player.volume"?')
  expect(helpFor('playing')).toBe('did you mean "player.playing"?')
  expect(helpFor('brav')).toBe('did you mean "brave"?')
  expect(helpFor('trigger.payload')).toBe('known: trigger.id, trigger.type')
})

test('all that is wrong with names and types is said at once, in order', () => {
  const { findings } = compileExpression('playr.name and gold and now.tim > 3', environment, 'bool')
  expect(findings.map(({ code, start }) => [code, start])).toEqual([
    ['expr/unknown-name', 0],
    ['expr/unknown-name', 24],
  ])
})

test('an expression says which values it saw', () => {
  const { expression } = compileExpression(
    "player.battery < 10 or player.playing and now.time > '19:00'",
    environment,
    'bool',
  )
  expect(expression?.evaluate(values).saw).toEqual([
    'player.battery is not known',
    'player.playing is yes',
    'now.time is "19:30"',
  ])
})

test('what takes long is looked up when it is asked for, and nothing else is', () => {
  const { expression } = compileExpression('player.volume > 2 and brave', environment, 'bool')
  const player = vi.fn(() => ({ volume: 3 }))
  const now = vi.fn(() => ({ hour: 19 }))
  const gold = vi.fn(() => 2)
  expect(expression?.evaluate({ player, now, gold, brave: () => true })).toEqual({
    value: true,
    saw: ['player.volume is 3', 'brave is yes'],
  })
  expect(expression?.evaluate({ player: () => null, brave: () => true })).toMatchObject({
    fault: 'player.volume is not known',
  })
  expect(player).toHaveBeenCalled()
  expect(now).not.toHaveBeenCalled()
  expect(gold).not.toHaveBeenCalled()
})
