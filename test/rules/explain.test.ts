import { describe, expect, test } from 'vitest'
import { actions, conditions, triggers } from '../../src/rules/catalog.ts'
import { explain, explainAll } from '../../src/rules/explain/explain.ts'
import { expressionInWords } from '../../src/rules/explain/expression-words.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { readingOf } from '../support/rules.ts'

async function ruleSetOf(text: string, reading: Parameters<typeof readingOf>[0] = {}) {
  const { ruleSet, diagnostics } = await readRuleFiles([{ file: 'a.yaml', text }], readingOf(reading))
  expect(diagnostics.filter(({ level }) => level === 'error')).toEqual([])
  return ruleSet
}

const bedtime = `playlists:
  forest: [forest.mp3]
schedules:
  bedroom:
    default: forest
    slots:
      lie-in: {from: "06:00", to: "08:30", days: [sat, sun], play: none, if_pressed: hush.mp3}
      night: {from: "19:00", to: "06:00", play: forest}
rules:
  walk:
    stream: bedroom
    when:
      - button: right
      - card: {inserted: 7JtVV}
    if:
      - between: {from: "07:00", to: "19:00"}
      - player.battery > 10
      - none: [trigger.commanded, days: weekends]
    do:
      - queue: {set: forest, shuffle: true, limit: 2}
      - queue: {next: moon.mp3, stream: kitchen}
      - mqtt: {topic: home/lamp, payload: "ON"}
      - log: Off we go
`

test('a rule is one sentence: when, if, what', async () => {
  const [found] = explain('walk', await ruleSetOf(bedtime))
  expect(found).toEqual({
    kind: 'rule',
    id: 'walk',
    place: 'a.yaml:10',
    text:
      'When the right button is pressed on a player of the stream bedroom or the card 7JtVV is put into a player of the stream bedroom, ' +
      'if it is between 07:00 and 19:00 and the battery of the player is above 10 % and it is not so that the product itself made it happen or it is a day of the weekend, ' +
      'it puts the playlist forest into the stream bedroom, shuffled, at most 2 items of it, ' +
      'then puts the file moon.mp3 behind the current item of the stream kitchen, ' +
      'then publishes "ON" to home/lamp on the local broker, then writes "Off we go" into the log.',
  })
})

test('what is to be heard now cuts short what plays', async () => {
  const text =
    'rules:\n  r:\n    stream: bedroom\n    when: [{startup: {}}]\n    do: [{queue: {now: moon.mp3, limit: 1}}]\n'
  const [only] = explainAll(await ruleSetOf(text))
  expect(only?.text).toBe(
    'When the product has started, it cuts short what plays and goes on with the file moon.mp3 in the stream bedroom, one item of it.',
  )
})

test.each([
  ['every: 1m', 'Every minute, it pauses the player den.'],
  ['every: 1h', 'Every hour, it pauses the player den.'],
  [
    'every: {interval: 90m, from: "09:00", to: "18:00"}',
    'Every 1 hour 30 minutes between 09:00 and 18:00, it',
  ],
  ['every: 15m}, {startup: ', 'Every 15 minutes, or when the product has started, it'],
  ['time: "07:00"', 'When it is 07:00, it'],
])('%s is said as a person would say it', async (trigger, words) => {
  const text = `rules: {r: {player: den, when: [{${trigger}}], do: [{pause: }]}}\n`
  const [only] = explainAll(await ruleSetOf(text))
  expect(only?.text).toContain(words)
})

test.each([
  ['ambient: off', 'turns the light of the player den off now'],
  ['ambient: {day: off, night: "#200800"}', 'off by day and on in #200800 by night'],
  ['card: {start: 7JtVV, chapter: "03"}', 'plays the card 7JtVV from chapter 03 on the player den'],
  ['volume: +1', 'turns the volume of the player den up by 1'],
  [`volume: "\${player.battery > 20 ? 6 : 3}"`, 'to what `player.battery > 20 ? 6 : 3` comes to'],
  ['play: {stream: bedroom}', 'plays what the stream bedroom holds on the player den.'],
  ['skip: {to: previous, stream: bedroom}', 'goes back to the previous item of the stream bedroom'],
  [
    'wait_for: {every: 5m, timeout: 1h}',
    'waits until the clock comes round (every 5 minutes), for at most 1 hour',
  ],
  [
    'play: {what: forest, stream: bedroom}',
    'plays the playlist forest on the player den from the stream bedroom',
  ],
])('%s is said as a person would say it', async (deed, words) => {
  const text = `playlists: {forest: [forest.mp3]}
rules: {r: {player: den, when: [{button: left}], do: [{${deed}}]}}
`
  const [only] = explainAll(await ruleSetOf(text))
  expect(only?.text).toContain(words)
})

test('a schedule is a sentence for each slot, in the order in which they are tried', async () => {
  const [found] = explain('bedroom', await ruleSetOf(bedtime))
  expect(found?.text).toBe(`What the stream bedroom holds goes by the clock. The first that fits holds:
- on Saturday or Sunday from 06:00 to 08:30 it is closed, and a press plays the file hush.mp3 (slot lie-in);
- from 19:00 to 06:00 of the next day it holds the playlist forest (slot night);
- at any other time it holds the playlist forest.`)
})

test('all that the files hold is explained where nothing is named, and a switched-off rule says so', async () => {
  const text =
    'rules:\n  r:\n    enabled: false\n    when: [{startup: {}}]\n    do: [{queue: {skip: true, stream: den}}]\n'
  const [only] = explainAll(await ruleSetOf(text))
  expect(only?.text).toBe(
    'It is switched off (enabled: false). When the product has started, it goes on to the next item of the stream den.',
  )
})

const household = `vars:
  plays: {start: 0, max: 9}
  mood: {one_of: [calm, wild], start: calm}
inputs:
  party: {type: switch}
  wish: {type: select, options: [songs, stories]}
playlists:
  forest: [forest.mp3]
templates:
  put-on:
    needs: {turn: text, plays: playlist, most: number?}
    rule:
      stream: bedroom
      when: [{button: "\${with.turn}"}]
      do: [{queue: {set: "\${with.plays}", limit: "\${with.most}"}}]
rules:
  of-template: {use: put-on, with: {turn: left, plays: forest}, name: Forest}
  own-ifs:
    when:
      - button: right
        if: now.hour < 20
      - input: {name: party, to: true, also_at_start: true}
    if:
      - input: {name: wish, is: songs}
        if: weekdays
      - between: {from: sunset-30m, to: "22:00"}
    do:
      - queue: skip
        if: [player.playing, vars.plays > 3]
      - set: {plays: vars.plays + 1, mood: wild, party: not inputs.party}
  choosing:
    when: [{time: {at: "19:30", days: weekdays}}]
    do:
      - if: vars.plays == 9
        then: [{log: a}, {log: b}]
        else: [{log: c}]
      - choose:
          - if: holiday
            do: [{if: weekends, then: [{log: d}]}]
          - if: {any: [weekdays, inputs.party]}
            do: [{log: e}]
          - else: [{log: f}]
        if: not weekends
      - log: g
  waiting:
    mode: queued
    max: 5
    when: [{button: right}]
    do:
      - wait: 90s
      - wait_for: {button: left, if: weekdays, timeout: 5m, on_timeout: stop}
      - wait_for: {any: [{input: party}, {card: {inserted: 7JtVV}}], timeout: none}
        if: vars.plays > 3
      - wait_for: {button: left, timeout: 2h}
      - wait_for: {button: left, timeout: 1m, on_timeout: [{log: a}, {stop: Too late}]}
  rounds:
    mode: restart
    when: [{startup: {}}]
    do:
      - repeat: {times: 3, do: [{log: a}, {wait: 1s}]}
      - repeat: {times: 1, do: [{log: a}]}
      - repeat: {while: [vars.plays > 3, weekdays], max: 9, do: [{queue: {skip: true, stream: den}}]}
        on_error: continue
      - parallel: [{log: a}, [{wait: 1d}, {log: b}]]
      - log: c
        if: weekends
        on_error: continue
      - stop
  beside:
    mode: parallel
    when: [{startup: {}}]
    do: [{log: a}]
calendar: {country: GB}
`

test.each([
  [
    'of-template',
    'When the left button is pressed on a player of the stream bedroom, it puts the playlist forest into the stream bedroom.',
  ],
  [
    'own-ifs',
    'When the right button is pressed on any player (only if it is before 20:00) or the input party is set to on or is so when the product starts, ' +
      'if the input wish is songs and it is a day from Monday to Friday and it is between 30 minutes before sunset and 22:00, ' +
      'it goes on to the next item of the stream it happened on (only if the player plays and the variable plays is above 3), ' +
      'then sets plays to what `vars.plays + 1` comes to, mood to wild and party to what `not inputs.party` comes to.',
  ],
  [
    'choosing',
    'When it is 19:30 on a day from Monday to Friday, ' +
      'it does one of these (if the variable plays is 9, it writes "a" into the log, then writes "b" into the log; else it writes "c" into the log), ' +
      'then does one of these (if it is a public holiday, it does this in one case only (if it is a day of the weekend, it writes "d" into the log); ' +
      'else if either it is a day from Monday to Friday or the input party is on, it writes "e" into the log; else it writes "f" into the log) ' +
      '(only if it is a day from Monday to Friday), then writes "g" into the log.',
  ],
  [
    'waiting',
    'When the right button is pressed on any player, it waits 90 seconds, ' +
      'then waits until the left button is pressed on any player (only if it is a day from Monday to Friday), for at most 5 minutes (else it ends), ' +
      'then waits until the input party is set or pressed or the card 7JtVV is put into a player, for ever if need be (only if the variable plays is above 3), ' +
      'then waits until the left button is pressed on any player, for at most 2 hours (else it goes on all the same), ' +
      'then waits until the left button is pressed on any player, for at most 1 minute (else it writes "a" into the log, then ends here ("Too late")). ' +
      'Started again while it runs, it runs once more afterwards, at most 5 in all.',
  ],
  [
    'rounds',
    'When the product has started, it does this 3 times (it writes "a" into the log, then waits 1 second), ' +
      'then does this once (it writes "a" into the log), ' +
      'then does this again and again, as long as the variable plays is above 3 and it is a day from Monday to Friday, at most 9 times ' +
      '(it goes on to the next item of the stream den) (and goes on if that fails), ' +
      'then does these at the same time (it writes "a" into the log; it waits 1 day, then writes "b" into the log), ' +
      'then writes "c" into the log (only if it is a day of the weekend) (and goes on if that fails), then ends here. ' +
      'Started again while it runs, it starts over.',
  ],
  [
    'beside',
    'When the product has started, it writes "a" into the log. Started again while it runs, it runs once more beside that.',
  ],
])('%s is explained with all that stands beside and within its items', async (id, text) => {
  const ruleSet = await ruleSetOf(household, { location: { latitude: 51.5, longitude: 0 } })
  expect(explain(id, ruleSet)[0]?.text).toBe(text)
})

test('a name that nothing bears is answered with what was meant', async () => {
  const ruleSet = await ruleSetOf(bedtime)
  expect(() => explain('wlak', ruleSet)).toThrow(
    'there is no rule and no schedule "wlak" - did you mean "walk"?',
  )
  expect(() => explain('bedroom', ruleSet, 'rule')).toThrow('there is no rule "bedroom"; known: walk')
  expect(() => explain('x', { ...ruleSet, rules: [], schedules: [] })).toThrow(
    'there is no rule and no schedule "x": the rule files hold none',
  )
})

test('every part that comes with the product has words of its own', () => {
  const parts = Object.entries({ ...triggers, ...conditions, ...actions })
  expect(parts.filter(([, part]) => part.explain === undefined).map(([kind]) => kind)).toEqual([])
})

test('a part without words of its own says its title and its options', async () => {
  const { registry } = readingOf()
  const { explain: _, ...button } = registry.triggers.get('button') ?? expect.unreachable()
  const text = 'rules:\n  r:\n    when: [{button: {button: left, stream: b}}]\n    do: [{log: x}]\n'
  const ruleSet = await ruleSetOf(text, {
    registry: { ...registry, triggers: new Map([...registry.triggers, ['button', button]]) },
  })
  expect(explain('r', ruleSet)[0]?.text).toBe(
    'When Button (button: left, stream: b), it writes "x" into the log.',
  )
})

describe('an expression', () => {
  test.each([
    ['player.playing', 'the player plays'],
    [
      'not player.playing and player.volume >= 3',
      'the player does not play and the volume of the player is at least 3 of 16',
    ],
    ["now.weekday == 'mon' or stream.closed", 'it is Monday or the stream is closed'],
    ['stream.closed == false', 'the stream is open'],
    ['vars.coins < 3 and inputs.party', 'the variable coins is below 3 and the input party is on'],
    ['not weekdays and vars.Brave2', 'it is a day of the weekend and the variable Brave2 is on'],
    ['trigger.late_s > 600', 'the delay is above 600 seconds'],
    ["player.card == ''", 'the card in the player is empty'],
    ['now.hour > 17 and now.hour <= 21', 'it is 18:00 or later and it is before 22:00'],
    ["now.time >= '19:30' and now.weekday != 'sun'", 'it is 19:30 or later and it is not Sunday'],
    ['player.battery < 20', 'the battery of the player is below 20 %'],
  ])('%s is said in words', (text, words) => {
    expect(expressionInWords(text)).toBe(words)
  })

  test.each([
    'player.playing and player.online or stream.closed',
    "stream.playlist == 'bread and butter'",
    '(player.volume + 1) > 3',
    "trigger.id == 'x'",
    "now.weekday in ['mon', 'tue']",
  ])('%s is shown as it is written', (text) => {
    expect(expressionInWords(text)).toBe(`\`${text}\``)
  })
})
