import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isJsonObject } from '../../../src/core/json.ts'
import { storyFromPlan } from '../../../src/stories/import/card.ts'
import { readTwee } from '../../../src/stories/import/twee.ts'
import { storyFromTwee } from '../../../src/stories/import/twee-story.ts'
import { planFrom } from '../../../src/yoto/card.ts'
import { edgesOf, storyOf } from '../../support/imported.ts'

const samples = resolve('../shared/fixtures/stories/twee')
const sample = (name: string) => readFileSync(resolve(samples, name), 'utf8')
const own = (name: string) => readFileSync(new URL(`../../fixtures/stories/${name}`, import.meta.url), 'utf8')

const linesOf = (losses: readonly { line: number; what: string }[]) =>
  losses.map(({ line, what }) => `${line}: ${what}`)

describe.skipIf(!existsSync(samples))("Yoto's own sample", () => {
  test('leads to where the card leads that Yoto made of it', async () => {
    const card: unknown = JSON.parse(sample('spyshort.card.json'))
    const plan = planFrom(isJsonObject(card) ? card : expect.unreachable(), 'Spy')
    const fromCard = storyFromPlan(plan, { resumeTimeout_s: 1000 })
    const fromTwee = storyFromTwee(sample('spyshort.twee'))
    expect(fromTwee.convention).toBe('yoto')
    const edges = edgesOf(await storyOf(fromTwee.story))
    expect(edges).toEqual(edgesOf(await storyOf(fromCard.story)))
    expect(edges).toEqual({
      Start: { left: 'SolveRiddle', right: 'SearchElsewhere', end: 'stop' },
      SolveRiddle: { left: 'Start', right: 'End', end: 'stop' },
      SearchElsewhere: { left: 'Start', right: null, end: 'End' },
      End: { left: 'Start', right: null, end: 'stop' },
    })
    expect(fromTwee.story).toMatchObject({ start: 'Start', resume: '1000s' })
  })

  test("says what Yoto's converter has a voice say, the answers with their buttons", async () => {
    const { story, losses } = storyFromTwee(sample('spyshort.twee'))
    const read = await storyOf(story)
    expect(read.title).toBe('Spy Mission Shortened Version')
    expect(read.id).toBe('spy-mission-shortened-version')
    expect(read.resumeMs).toBe(1_000_000)
    expect(read.scenes.get('SearchElsewhere')).toMatchObject({
      play: {
        say: "You continue to explore the cave but can't find anything significant. You decide to return home and plan your next move.",
      },
      exit: {
        ask: { say: 'To return to the start to try again, press the left button.' },
        waitMs: 10_000,
        askAgain: 0,
      },
    })
    expect(linesOf(losses)).toEqual([
      '13: StoryInit sets customProperty, cover, defaultVoiceId: that is not taken along',
    ])
  })
})

// By hand, from the file: `[[Rope<-Throw the rope]]` leads to Rope, and no passage is called "Lamp".
test.skipIf(!existsSync(samples))('every form of a link leads where it says', async () => {
  const { story, losses, convention } = storyFromTwee(sample('link-forms.twee'))
  expect(convention).toBe('yoto')
  const read = await storyOf(story)
  expect(read.start).toBe('Bridge')
  expect(edgesOf(read)).toEqual({
    Bridge: { left: null, right: 'Rope', end: 'Bridge' },
    'Throw the rope': { left: null, right: null, end: 'stop' },
    Rope: { left: null, right: null, end: 'stop' },
    'Lamp lit': { left: 'Bridge', right: 'Rope', end: 'stop' },
  })
  expect(read.scenes.get('Lamp lit')?.play).toEqual({
    say: 'The name of this passage holds escaped brackets.',
  })
  const missing = 'links to "Lamp", and there is no such passage: the link is left out'
  expect(linesOf(losses)).toEqual([
    `14: "Bridge" ${missing}`,
    `20: "Throw the rope" ${missing}`,
    `23: "Rope" ${missing}`,
    `25: "Rope" ${missing}`,
    '27: passage "Lamp [lit]" is the scene "Lamp lit" here',
    '27: 1 macro in "Lamp [lit]" was not understood (set); the story may miss paths',
    '32: "Lamp [lit]" has several links on one line: Yoto\'s own converter reads the first alone, here each counts',
  ])
})

describe('links that are meant plainly', () => {
  test('one leads on, two are left and right, more are a carousel, none is an ending', async () => {
    const { story, convention, losses } = storyFromTwee(own('forest.twee'))
    expect(convention).toBe('plain')
    const { scenes, start } = await storyOf(story)
    expect(start).toBe('Wood')
    expect(scenes.get('Wood')?.exit).toEqual({ kind: 'go', way: { to: 'Clearing', set: [] } })
    expect(scenes.get('Clearing')).toMatchObject({
      play: { say: 'Three paths begin at an old oak.' },
      exit: { kind: 'go', way: { to: 'Clearing.1' } },
    })
    expect(scenes.get('Clearing.3')).toMatchObject({
      play: { say: 'The path of stones' },
      exit: { left: { to: 'Clearing.1' }, right: { to: 'Cave' } },
    })
    expect(scenes.get('Brook')).toMatchObject({
      play: { say: 'You can wade through or go back.' },
      exit: {
        ask: { say: 'wade through? go back?' },
        left: { to: 'Cave' },
        right: { to: 'Clearing' },
        silence: null,
      },
    })
    expect(scenes.get('Cave')?.exit).toEqual({ kind: 'ending', name: 'Cave' })
    expect(linesOf(losses)).toEqual([
      '11: the words of a link that nobody presses are not said: "Deeper into the wood"',
      '14: "PassageFooter" is for the story format and no scene: it is left out',
    ])
  })

  test('more than twenty answers are too many, and that is listed', async () => {
    const links = Array.from({ length: 25 }, (_, index) => `[[Way ${index}|End]]`).join('\n')
    const { story, losses } = storyFromTwee(`:: Start\nWhere to?\n${links}\n\n:: End\nHome.`)
    const { scenes } = await storyOf(story)
    expect([...scenes.keys()].filter((id) => id.startsWith('Start.'))).toHaveLength(20)
    expect(linesOf(losses)).toEqual(['1: "Start" has 25 links: those behind the first 20 are left out'])
  })
})

describe('which way links are meant', () => {
  test.each([
    ['an empty link', ':: A\n[[]]\n[[B]]\n:: B\nx', 'yoto'],
    [
      'a template in StoryInit',
      ':: StoryInit\n(set: $lhbTemplate to ", left")\n:: A\n[[B]]\n:: B\nx',
      'yoto',
    ],
    ['the same in SugarCube', ':: StoryInit\n<<set $auto to true>>\n:: A\n[[B]]\n:: B\nx', 'yoto'],
    ['a question that repeats itself', ':: A\n[[B]]\n[[B]]\n[[A]]\n:: B\nx', 'yoto'],
    ['a way back that is no third link', ':: A\n[[A]]\n[[B]]\n:: B\nx', 'plain'],
    ['other variables', ':: StoryInit\n<<set $gold to 3>>\n:: A\n[[B]]\n:: B\nx', 'plain'],
    ['nothing', ':: A\n[[B]]\n:: B\nx', 'plain'],
  ])('is told by %s', (_, text, convention) => {
    expect(storyFromTwee(text).convention).toBe(convention)
  })

  test('may be said instead', async () => {
    const text = ':: A\n[[B]]\n[[B]]\n[[C]]\n:: B\nx\n:: C\ny'
    const edges = edgesOf(await storyOf(storyFromTwee(text, { as: 'yoto' }).story))
    expect(edges.A).toEqual({ left: 'B', right: 'B', end: 'C' })
    expect(storyFromTwee(text, { as: 'plain' }).story.scenes[0]?.exit.kind).toBe('carousel')
  })

  test('links behind the third have no button', () => {
    const { losses } = storyFromTwee(':: A\n[[A]]\n[[A]]\n[[A]]\n[[A]]', { as: 'yoto' })
    expect(linesOf(losses)).toEqual([
      '1: "A" has 4 links: those behind the third are left out, as a player has two buttons',
    ])
  })
})

describe('Twee', () => {
  test('has headers with tags, data and escapes, with and without a space', () => {
    const { passages, losses } = readTwee(
      ':: A \\[b\\] \\{c\\} \\\\ d [x  y] {"position":"1,2"}\none\n::NoSpace\ntwo\n:: Data {"size":"1,1"}\n::\nlost\n:: x [script]\n:: y [stylesheet]',
    )
    expect(passages.map(({ name, tags, line, text }) => ({ name, tags, line, text }))).toEqual([
      { name: 'A [b] {c} \\ d', tags: ['x', 'y'], line: 1, text: 'one' },
      { name: 'NoSpace', tags: [], line: 3, text: 'two' },
      { name: 'Data', tags: [], line: 5, text: '' },
    ])
    expect(linesOf(losses)).toEqual(['6: this passage has no name behind its `::`: it is left out'])
  })

  test.each([
    ['StoryData', ':: StoryData\n{"start": "B"}\n:: A\n:: B', 'B'],
    ["Harlowe's startnode", ':: StoryData\n{"startnode": "B"}\n:: A\n:: B', 'B'],
    ['a passage called Start', ':: A\n:: Start', 'Start'],
    ['one in small letters', ':: A\n:: start', 'start'],
    ['the first otherwise', ':: A\n:: B', 'A'],
  ])('begins where %s says', (_, text, start) => {
    expect(storyFromTwee(text).story.start).toBe(start)
  })

  test('with a broken StoryData is read without it, and so is one that begins nowhere', () => {
    const broken = storyFromTwee(':: A\nx\n:: StoryData\n{"start": "B",\n:: B\ny')
    expect(broken.story.start).toBe('A')
    expect(linesOf(broken.losses)).toEqual([
      '3: what stands in StoryData is no JSON: it is passed over, and with it where the story begins',
    ])
    const nowhere = storyFromTwee(':: A\nx\n:: StoryData\n{"start": "Nope"}')
    expect(linesOf(nowhere.losses)).toEqual(['3: StoryData begins with "Nope", and there is no such passage'])
  })

  test('keeps the first of two passages with one name, and makes names of scenes unique', async () => {
    const { story, losses } = storyFromTwee(
      ':: A!\n[[A?]]\n[[constructor]]\n:: A?\none\n:: A!\ntwo\n:: constructor\nx\n:: \u{1F409}\ny\n:: __proto__\nz',
    )
    const read = await storyOf(story)
    expect([...read.scenes.keys()]).toEqual(['A', 'A 2', 'scene constructor', 'scene', 'proto__'])
    expect(read.scenes.get('A')?.exit).toMatchObject({
      left: { to: 'A 2' },
      right: { to: 'scene constructor' },
    })
    expect(linesOf(losses)).toContain('6: passage "A!" stands on line 1 already: this one is left out')
    expect(linesOf(losses)).toContain('10: passage "\u{1F409}" is the scene "scene" here')
  })

  test('a setter is listed, a missing target keeps its place, and a near name is asked for', async () => {
    const { story, losses } = storyFromTwee(':: A\n[[left|Bran]]\n[[on|Barn][$x to 1]]\n[[]]\n:: Barn\nx')
    expect(edgesOf(await storyOf(story)).A).toEqual({ left: null, right: 'Barn', end: 'stop' })
    expect(linesOf(losses)).toEqual([
      '2: "A" links to "Bran", and there is no such passage: the link is left out - was "Barn" meant?',
      '3: a link of "A" sets something ("$x to 1"): that is left out',
    ])
  })

  test('a text that is too long for one scene is told in several', async () => {
    const text = Array.from({ length: 1_000 }, (_, index) => `Sentence ${index} is here.`).join(' ')
    const { story, losses } = storyFromTwee(`:: A\n${text}\n[[B]]\n:: B\nend`)
    const { scenes } = await storyOf(story)
    expect([...scenes.keys()]).toEqual(['A', 'A 2', 'A 3', 'A 4', 'A 5', 'B'])
    const told = [...scenes.values()].flatMap(({ play }) =>
      play !== null && 'say' in play ? [play.say] : [],
    )
    expect(told.join(' ')).toBe(`${text} end`)
    expect(told.slice(0, 5).every((part) => part.endsWith('.'))).toBe(true)
    expect(scenes.get('A 5')?.exit).toMatchObject({ kind: 'go', way: { to: 'B' } })
    expect(linesOf(losses)).toEqual([
      `1: the text of "A" has ${text.length} characters: it is told in 5 scenes`,
    ])
  })

  test('a round without an exit is imported', () => {
    const { story, losses } = storyFromTwee(':: A\n[[B]]\n:: B\n[[A]]')
    expect(story.scenes.map(({ exit }) => exit)).toEqual([
      { kind: 'go', to: 'B' },
      { kind: 'go', to: 'A' },
    ])
    expect(losses).toEqual([])
  })

  test.each(['', 'only words', ':: StoryTitle\nx', '::\n'])('without a passage is none: %j', (text) => {
    expect(() => storyFromTwee(text)).toThrow('there is no passage in this file')
  })

  test('of as many passages as a story has scenes is read, of more it is not', async () => {
    const chain = (count: number) =>
      Array.from({ length: count }, (_, index) => `:: p${index}\n[[p${index + 1}]]`).join('\n')
    const { story } = storyFromTwee(`${chain(4_999)}\n:: p4999\nend`)
    expect((await storyOf(story)).scenes.size).toBe(5_000)
    expect(() => storyFromTwee(chain(5_001))).toThrow(
      /^this file has 5001 passages, the last on line 10001; /,
    )
  })

  const long = 2_000_000
  test.each([
    ['words', 'a '.repeat(long / 2)],
    ['openings of links', '[['.repeat(long / 2)],
    ['openings of macros', '<<'.repeat(long / 2)],
    ['calls', '(set: '.repeat(long / 6)],
    ['hooks', `(if: true)${'['.repeat(long)}`],
    ['tags', '<audio '.repeat(long / 7)],
    ['one tag', `<${'a'.repeat(long)}`],
    ['scripts', '<script>'.repeat(long / 8)],
    ['comments', '<!--'.repeat(long / 4)],
    ['closed comments', '<!---->'.repeat(long / 7)],
    ['stars', '*a'.repeat(long / 2)],
    ['spaces', ' '.repeat(long)],
    ['dashes', `${'-'.repeat(long)}x`],
    ['entities', '&#1'.repeat(long / 3)],
    ['brackets of names', '\\['.repeat(long / 2)],
  ])('of one endless line of %s takes no time to speak of', (_, line) => {
    const before = performance.now()
    storyFromTwee(`:: A ${line}\n:: B\n${line}`)
    // Far more than it takes, far less than what grows with the square of it.
    expect(performance.now() - before).toBeLessThan(10_000)
  })
})

describe('audio', () => {
  test('of the folder beside it is heard in the passage of its name, in place of its text', async () => {
    const { story, losses } = storyFromTwee(':: Gate\nWho goes there?\n[[Hall]]\n:: Hall\nx', {
      id: 'castle',
      audio: ['Gate.mp3', 'Moat.mp3'],
    })
    const { scenes } = await storyOf(story)
    expect(scenes.get('Gate')?.play).toEqual({ file: 'scenes/castle/Gate.mp3' })
    expect(scenes.get('Hall')?.play).toEqual({ say: 'x' })
    expect(linesOf(losses)).toEqual([
      '1: "Gate" plays "Gate.mp3": its text is not said as well',
      '1: audio files are not copied: put them into the folder scenes/castle of the library',
    ])
  })

  test('of the page is heard where it is a file, else listed', async () => {
    const { story, losses } = storyFromTwee(
      ':: A\n<audio src="./sounds/a.mp3" autoplay></audio>\n:: B\n<audio><source src=b.ogg></audio><audio src="c.mp3"/>\n:: C\n<audio src="https://example.org/c.mp3"></audio>\n:: D\n<audio src="../d.mp3"></audio>',
      { id: 's' },
    )
    const { scenes } = await storyOf(story)
    expect([...scenes.values()].map(({ play }) => play)).toEqual([
      { file: 'scenes/s/sounds/a.mp3' },
      { file: 'scenes/s/b.ogg' },
      null,
      null,
    ])
    expect(linesOf(losses)).toEqual([
      '1: audio files are not copied: put them into the folder scenes/s of the library',
      '3: "B" plays 2 files: the first is taken',
      '5: "C" plays "https://example.org/c.mp3", which is no file beside it: it is left out',
      '7: "D" plays "../d.mp3", which is no file beside it: it is left out',
    ])
  })
})
