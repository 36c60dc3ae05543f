import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Story } from '../../../src/core/story.ts'
import { tweeOf } from '../../../src/stories/export/twee.ts'
import { storyFromTwee } from '../../../src/stories/import/twee-story.ts'
import { mapOf, soundsOf, storyOf } from '../../support/imported.ts'
import { storyIn } from '../../support/written-story.ts'

const backOf = (story: Story) => storyFromTwee(tweeOf(story).text, { id: story.id })

test('a story that Twee can say comes back as it was', async () => {
  const story = await storyIn(`stories:
  hill:
    title: Over the hill
    audio: scenes/hill
    start: title
    resume: 2d
    defaults: {silence: {wait: 10s, ask_again: 0}}
    scenes:
      path:
        say: |-
          You stand on a path.

          "Who is there?" asks a hare :: it listens.
        ask: {say: Left to wave. Right to run}
        left: hare
        right: run
        silence: path
      title: {play: title.mp3, go: path}
      hare: {play: hare.mp3, right: path, ask: {say: "Right to go back."}, silence: end}
      run: {say: "You run.", go: end}
      end: {ending: end}
`)
  const { text, lost } = tweeOf(story)
  expect(lost).toEqual([])
  const { story: draft, losses, convention } = storyFromTwee(text, { id: 'hill' })
  expect(convention).toBe('yoto')
  expect(losses.map(({ what }) => what)).toEqual([
    'audio files are not copied: put them into the folder scenes/hill of the library',
  ])
  const back = await storyOf(draft)
  expect(mapOf(back)).toEqual(mapOf(story))
  expect(soundsOf(back)).toEqual(soundsOf(story))
  expect({ ...back, scenes: [...back.scenes] }).toEqual({ ...story, scenes: [...story.scenes] })
})

test('the same story makes the same text', async () => {
  const text = `stories:\n  one:\n    scenes:\n      a: {say: Hello., ending: a}\n`
  expect(tweeOf(await storyIn(text)).text).toBe(`:: StoryTitle
one

:: StoryData
{
  "ifid": "${/"ifid": "(.*)"/.exec(tweeOf(await storyIn(text)).text)?.[1]}",
  "format": "Harlowe",
  "start": "a"
}

:: StoryInit
(set: $resumeTimeout to 604800)
(set: $lhbTemplate to "")
(set: $rhbTemplate to "")

:: a
Hello.
`)
  expect(tweeOf(await storyIn(text)).text).toMatch(
    /"ifid": "[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}"/,
  )
})

describe('what Twee cannot say', () => {
  test('is listed, and the ways that it can say stay', async () => {
    const story = await storyIn(`stories:
  odd:
    vars: {n: {start: 0, max: 3}}
    home: b
    bedtime: night
    scenes:
      a:
        say: Is it [[so]]?
        again: {say: Again.}
        set: {n: n + 1}
        ask: {say: "A -> B | C?"}
        hear_out: true
        left: {go: b, set: {n: 0}}
        right: c
      b: {play: b.mp3, branch: [{if: n > 1, go: a}, {go: c}]}
      c: {random: [StoryInit, d]}
      StoryInit: {say: "::no header", ending: other}
      d:
        say: Which?
        carousel: [{say: one, go: a}, {say: two, go: b}]
        silence: {wait: 3s, go: b}
      night: {say: Good night., ending: night}
`)
    expect(tweeOf(story).lost).toEqual([
      'what is heard from the second visit on is left out: "a"',
      'what is set is left out: "a"',
      'signs among the words mean something in Twee, and are read otherwise: "a"',
      'a press counts at once: "a"',
      'how long is waited, and how often is asked again, is left out: 3 scenes, "a", "option 1 of d", "option 2 of d"',
      'where nobody answers it begins again in place of waiting: "a"',
      'signs in the question mean something in Twee, and are left out or read otherwise: "a"',
      'conditions are left out: it goes on where the last line leads: "b"',
      'chance is left out: it goes on where the first of it leads: "c"',
      'an ending is called by its scene: "StoryInit"',
      'the vars are left out',
      '"start again" leads to the beginning: "b"',
      'bedtime is left out: "night"',
      'passages that are called otherwise than their scenes: 3 scenes, "StoryInit", "option 1 of d", "option 2 of d"',
    ])
    const back = await storyOf(backOf(story).story)
    expect(mapOf(back)).toEqual([
      'a left b',
      'a right c',
      'a silence a',
      'b go c',
      'c go scene StoryInit',
      'scene StoryInit ends scene StoryInit',
      'd go d 1',
      'd 1 left d 2',
      'd 1 right a',
      'd 1 silence b',
      'd 2 left d 1',
      'd 2 right b',
      'd 2 silence b',
      'night ends night',
    ])
    expect(back.scenes.get('scene StoryInit')?.play).toEqual({ say: '::no header' })
  })
})

const hostile = fc.constantFrom(
  ...[
    '[[',
    ']]',
    '[[a]]',
    '[[a|b]]',
    '|',
    '->',
    '<-',
    '::',
    '\n:: b',
    '<!--',
    '-->',
    '<<',
    '>>',
    '(set: $x to 1)',
  ],
  ...[
    '<audio src="x.mp3">',
    '<script>',
    '<svg>',
    '[',
    ']',
    '{',
    '\\',
    '"',
    "''",
    '//',
    'word',
    ' ',
    '\n',
    '?',
  ],
)
const words = fc
  .array(hostile, { minLength: 1, maxLength: 6 })
  .map((pieces) => pieces.join(''))
  // Rule files take two braces for a template of Home Assistant.
  .filter((text) => !/\{\{|\}\}/.test(text))

test('whatever is said, the ways stay as they are', { tags: 'slow' }, async () => {
  await fc.assert(
    fc.asyncProperty(words, words, words, async (title, say, ask) => {
      const quoted = JSON.stringify
      const story = await storyIn(`stories:
  one:
    title: ${quoted(title)}
    scenes:
      a: {say: ${quoted(say)}, ask: {say: ${quoted(ask)}}, left: b, right: c, silence: a}
      b: {say: ${quoted(say)}, go: c}
      c: {say: ${quoted(say)}, ending: c}
`)
      const { text, lost } = tweeOf(story)
      const { story: draft } = storyFromTwee(text, { id: 'one' })
      const back = await storyOf(draft)
      expect(mapOf(back), text).toEqual(mapOf(story))
      // What nothing was said of is the same.
      if (lost.every((what) => !what.startsWith('signs')))
        expect(
          [...back.scenes.values()].map(({ play }) => play),
          text,
        ).toEqual([...story.scenes.values()].map(({ play }) => play))
    }),
    { numRuns: 400 },
  )
})
