import { expect, test } from 'vitest'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { readingOf } from '../support/rules.ts'

const press = 'when: [{button: right}]'
const evening = 'when: [{time: "19:00"}]'

/** What is said of two rules, each a line of YAML, the second in a file of its own. */
async function foundIn(one: string, other: string) {
  const shared = 'inputs: {party: {type: switch}}\nplayers: {noahs-box: ysim1}\n'
  const { diagnostics } = await readRuleFiles(
    [
      { file: 'a.yaml', text: `${shared}rules:\n  one: {${one}}\n` },
      { file: 'b.yaml', text: `rules:\n  other: {${other}}\n` },
    ],
    readingOf(),
  )
  expect(diagnostics.filter(({ level }) => level === 'error')).toEqual([])
  return diagnostics.filter(({ code }) => code === 'rule/clash')
}

test('both places are named, and what each of the rules does', async () => {
  const found = await foundIn(
    `player: den, ${evening}, do: [{volume: 4}]`,
    `player: den, ${evening}, do: [{volume: 2}]`,
  )
  expect(found).toMatchObject([
    {
      file: 'b.yaml',
      line: 2,
      level: 'warning',
      message:
        '"other" sets the volume of the player den to 2, and "one" (a.yaml:4) sets the volume of the player den to 4: both run at 19:00',
    },
  ])
})

test.each([
  ['a pause and a card on one press', `${press}, do: [{pause: {}}]`, `${press}, do: [{card: 7JtVV}]`],
  [
    'a volume for the player that is pressed, and for each',
    `player: den, ${press}, do: [{volume: 3}]`,
    `${press}, do: [{volume: 5}]`,
  ],
  ['two skips, which skip twice', `${press}, do: [{skip: next}]`, `${press}, do: [{skip: next}]`],
  [
    'two queues for one stream',
    `stream: den, ${press}, do: [{queue: {set: a.mp3}}]`,
    `${press}, do: [{queue: {set: b.mp3}}]`,
  ],
  [
    'a queue that is emptied and one that is added to',
    `stream: den, ${press}, do: [{queue: {add: a.mp3}}]`,
    `stream: den, ${press}, do: [{queue: clear}]`,
  ],
  [
    'a rule with a condition, and one without',
    `player: den, ${evening}, if: inputs.party, do: [{volume: 3}]`,
    `player: den, ${evening}, do: [{volume: 5}]`,
  ],
  [
    'two with the same condition',
    `player: den, ${evening}, if: inputs.party, do: [{volume: 3}]`,
    `player: den, ${evening}, if: inputs.party, do: [{volume: 5}]`,
  ],
  [
    'days that share one',
    'player: den, when: [{time: {at: "19:00", days: weekdays}}], do: [{volume: 3}]',
    'player: den, when: [{time: {at: ["07:00", "19:00"], days: [fri, sat]}}], do: [{volume: 5}]',
  ],
  [
    'a player by two of its names',
    `player: noahs-box, ${evening}, do: [{volume: 3}]`,
    `player: ysim1, ${evening}, do: [{volume: 5}]`,
  ],
  [
    'an input that starts both',
    'player: den, when: [{input: {name: party, to: true}}], do: [{resume: {}}]',
    'player: den, when: [{input: {name: party, to: true}}], do: [{pause: {}}]',
  ],
])('%s are a fight', async (_, one, other) => {
  expect(await foundIn(one, other)).toHaveLength(1)
})

test.each([
  [
    'two players',
    `player: den, ${evening}, do: [{volume: 3}]`,
    `player: loft, ${evening}, do: [{volume: 5}]`,
  ],
  [
    'another minute',
    `player: den, ${evening}, do: [{volume: 3}]`,
    'player: den, when: [{time: "19:01"}], do: [{volume: 5}]',
  ],
  [
    'the same volume',
    `player: den, ${evening}, do: [{volume: 3}]`,
    `player: den, ${evening}, do: [{volume: 3}]`,
  ],
  [
    'other days',
    'player: den, when: [{time: {at: "19:00", days: weekdays}}], do: [{volume: 3}]',
    'player: den, when: [{time: {at: "19:00", days: weekends}}], do: [{volume: 5}]',
  ],
  [
    'conditions that differ',
    `player: den, ${press}, if: inputs.party, do: [{pause: {}}]`,
    `player: den, ${press}, if: not inputs.party, do: [{skip: next}]`,
  ],
  [
    'one that is switched off',
    `player: den, ${evening}, do: [{volume: 3}]`,
    `player: den, ${evening}, enabled: false, do: [{volume: 5}]`,
  ],
  ['other buttons', `${press}, do: [{skip: next}]`, 'when: [{button: left}], do: [{skip: previous}]'],
  [
    'presses on other streams',
    `stream: den, ${press}, do: [{queue: {set: a.mp3}}]`,
    `stream: loft, ${press}, do: [{queue: {set: b.mp3}}]`,
  ],
  [
    'a player here, a stream there, of which no one knows whether they are one',
    `player: den, ${press}, do: [{skip: next}]`,
    `stream: loft, ${press}, do: [{skip: next}]`,
  ],
  [
    'two additions to one queue',
    `stream: den, ${press}, do: [{queue: {add: a.mp3}}]`,
    `stream: den, ${press}, do: [{queue: {add: b.mp3}}]`,
  ],
  [
    'a volume and a pause',
    `player: den, ${evening}, do: [{volume: 3}]`,
    `player: den, ${evening}, do: [{pause: {}}]`,
  ],
  [
    'what is done only later',
    `player: den, ${evening}, do: [{volume: 3}]`,
    `player: den, ${evening}, do: [{wait: 30m}, {volume: 5}]`,
  ],
])('no fight: %s', async (_, one, other) => {
  expect(await foundIn(one, other)).toEqual([])
})

test('many rules at one minute take no time that others need', { tags: 'slow' }, async () => {
  const rules = Array.from(
    { length: 3000 },
    (_, n) => `  r${n}: {player: p${n}, ${evening}, do: [{volume: ${n % 16}}]}\n`,
  )
  const { diagnostics } = await readRuleFiles(
    [{ file: 'a.yaml', text: `rules:\n${rules.join('')}` }],
    readingOf(),
  )
  expect(diagnostics).toEqual([])
})

async function overlapsIn(slots: string) {
  const text = `playlists: {a: [a.mp3], b: [b.mp3]}\nschedules:\n  bed:\n    default: a\n    slots:\n${slots.replace(/^/gm, '      ')}\n`
  const { diagnostics } = await readRuleFiles([{ file: 'a.yaml', text }], readingOf())
  expect(diagnostics.filter(({ level }) => level === 'error')).toEqual([])
  return diagnostics.flatMap(({ code, line, message }) =>
    code === 'time/overlap' ? `${line} ${message}` : [],
  )
}

test('slots of which each takes a part of the other are named with the hours', async () => {
  expect(
    await overlapsIn(
      'eve: {from: "18:00", to: "20:00", play: a}\nnight: {from: "19:00", to: "07:00", play: b}',
    ),
  ).toEqual([
    '7 slots "eve" (line 6) and "night" overlap from 19:00 to 20:00: "eve" stands first and holds then',
  ])
  expect(
    await overlapsIn(
      'night: {from: "19:00", to: "07:00", play: b}\nday: {from: "06:30", to: "08:30", play: a}',
    ),
  ).toEqual([
    '7 slots "night" (line 6) and "day" overlap from 06:30 to 07:00: "night" stands first and holds then',
  ])
})

test.each([
  [
    'end where the other begins',
    'eve: {from: "18:00", to: "19:00", play: a}\nnight: {from: "19:00", to: "07:00", play: b}',
  ],
  [
    'lie within the other',
    'nap: {from: "20:00", to: "21:00", play: a}\nnight: {from: "19:00", to: "07:00", play: b}',
  ],
  [
    'are for other days',
    'late: {days: weekends, from: "20:30", to: "08:00", play: a}\nnight: {from: "19:30", to: "06:30", play: b}',
  ],
  [
    'bring the same',
    'eve: {from: "18:00", to: "20:00", play: a}\nnight: {from: "19:00", to: "07:00", play: a}',
  ],
  [
    'end on the day after, which is none of theirs',
    'one: {days: [sat], from: "20:00", to: "02:00", play: a}\ntwo: {days: [sat], from: "01:00", to: "05:00", play: b}',
  ],
  [
    'follow the sun',
    'eve: {from: "18:00", to: {sun: sunset+2h, or: "21:00"}, play: a}\nnight: {from: "19:00", to: "07:00", play: b}',
  ],
])('nothing is said of slots that %s', async (_, slots) => {
  expect(await overlapsIn(slots)).toEqual([])
})
