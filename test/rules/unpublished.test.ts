import { expect, test } from 'vitest'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { readStories } from '../../src/stories/read/section.ts'
import { readingOf } from '../support/rules.ts'

const story = `stories:
  cave:
    scenes:
      door: {play: a.mp3, go: end}
      end: {play: b.mp3, ending: home}
`

const rule = (line: string, doing: string) => `${story}rules:
  r:
    player: den
    ${line}
    when: [{time: "18:00"}]
    do: ${doing}
`

/** What is said of the file in a house that has made those cards alone. */
async function missedIn(text: string, cards: readonly string[] | null = []) {
  const hasCard = (of: string) => cards?.includes(of) ?? null
  const { diagnostics } = await readRuleFiles(
    [{ file: 'a.yaml', text }],
    readingOf({ stories: readStories, hasCard }),
  )
  expect(diagnostics.filter(({ level }) => level === 'error')).toEqual([])
  return diagnostics.flatMap(({ code, line, message }) =>
    code === 'ref/unpublished' ? `${line} ${message.split(' has ')[0]}` : [],
  )
}

test.each([
  ['a story that is started', rule('mode: queued', '[{story: {start: cave}}]'), '11 story "cave"'],
  ['a story that is gone on with', rule('mode: queued', '[{story: {resume: cave}}]'), '11 story "cave"'],
  ["the rule's stream", rule('stream: loft', '[{play: {}}]'), '11 stream "loft"'],
  ['another stream', rule('stream: loft', '[{play: {stream: attic}}]'), '11 stream "attic"'],
  [
    'a story behind a condition',
    rule('stream: loft', '[{if: player.online, then: [{story: {start: cave}}]}]'),
    '11 story "cave"',
  ],
])('%s has no card', async (_, text, missed) => {
  expect(await missedIn(text)).toEqual([missed])
})

test.each([
  ['has a card', rule('stream: loft', '[{story: {start: cave}}, {play: {}}]'), ['story/cave', 'stream/loft']],
  ['is asked for where no cards are known', rule('stream: loft', '[{story: {start: cave}}]'), null],
  ['is ended', rule('stream: loft', '[{story: {end: cave}}]'), []],
  ['is put into a queue', rule('stream: loft', '[{queue: {set: a.mp3}}]'), []],
  ['is a card of the account', rule('stream: loft', '[{card: 7JtVV}]'), []],
  ['is played by a rule that is switched off', rule('enabled: false', '[{story: {start: cave}}]'), []],
  [
    'answers on the card of another stream',
    `schedules:
  bedroom:
    answers:
      - {stream: loft, player: den}
${rule('stream: loft', '[{play: {}}]')}`,
    ['stream/bedroom'],
  ],
])('nothing is missed where it %s', async (_, text, cards) => {
  expect(await missedIn(text, cards)).toEqual([])
})
