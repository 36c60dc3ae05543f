import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import type { Exit, Scene, Story } from '../../src/core/story.ts'
import { dotOf, graphOf, mermaidOf } from '../../src/stories/graph.ts'
import { dragonCave, filedStory } from './stories.ts'

const scene = (id: string, exit: Exit): [string, Scene] => [
  id,
  { id, play: null, again: null, set: [], exit },
]
const way = (to: string) => ({ to, set: [] })

/** Far more than the files let through. */
const hostile = [
  'say "hi"; ] --> x',
  'a #35; # b <b onclick="x()"> & &lt; > \\N \\" \\',
  'style x:y#z;',
  '%%{init: {"theme": "dark"}}%%',
  '`**bold**` _it_',
  '- one\n- two\r\n```',
  '1. end',
  'Мышь и 龙 👩‍🚀 é',
  '\u001b[31mred\u202e\u2028end\u0000',
  'end',
  '--- ',
  ': x:',
  '{{braces}} [a|b] (c)',
]
const [first = ''] = hostile

const hostileStory: Story = {
  id: 'a "story" \\',
  title: `${hostile.join(' ')} ---`,
  run: 'auto',
  card: null,
  scenes: new Map([
    scene(first, {
      kind: 'branch',
      lines: hostile.map((name) => ({ if: `${name} == 1`, way: way(name) })),
    }),
    ...hostile.slice(1).map((name) => scene(name, { kind: 'ending', name: `${name} ${name}` })),
  ]),
  start: first,
  vars: new Map(),
  home: hostile[9] ?? '',
  bedtime: hostile[3] ?? '',
  resumeMs: null,
}

/** What steers a terminal or ends a line is shown as a space. */
const shown = (text: string) => text.replace(/[\p{Cc}\u2028\u202e]/gu, ' ')

describe('the map of a story', () => {
  test('has every scene and every way as they are written, and what they are to the story', async () => {
    const { story } = await filedStory(dragonCave)
    const { scenes, ways } = graphOf(story)
    expect(scenes.map(({ label, exit }) => `${label} (${exit})`)).toEqual([
      'start: gate (question)',
      'cave (go)',
      'forest (random)',
      'clearing (question)',
      'dragon (branch)',
      'friends: happy (ending)',
      'run-home: safe (ending)',
      'bedtime: goodnight: asleep (ending)',
    ])
    expect(ways.map(({ from, to, label }) => `${from} ${label} ${to}`)).toEqual([
      'gate left cave',
      'gate right forest',
      'gate silence forest',
      'cave  dragon',
      'forest 1 of 3 clearing',
      'forest 2 of 3 dragon',
      'clearing left gate',
      'clearing right dragon',
      'dragon brave and gold > 0 friends',
      'dragon else run-home',
    ])
  })

  test('shows the options of a carousel as people call them', async () => {
    const { story } = await filedStory(
      'fork: {scenes: {fork: {carousel: [{play: a.mp3, go: end}, {play: b.mp3, go: end}]}, end: {ending: end}}}\n',
    )
    const graph = graphOf(story)
    expect(graph.scenes.map(({ label }) => label)).toEqual([
      'start: fork',
      'option 1 of fork',
      'option 2 of fork',
      'end: end',
    ])
    expect(mermaidOf(graph)).toBe(`flowchart TD
  subgraph story["fork"]
  s0["start: fork"]
  s1{"option 1 of fork"}
  s2{"option 2 of fork"}
  s3(["end: end"])
  s0 --> s1
  s1 -->|"left"| s2
  s1 -->|"right"| s3
  s2 -->|"left"| s1
  s2 -->|"right"| s3
  end
`)
  })
})

describe('for Mermaid', () => {
  const lines = mermaidOf(graphOf(hostileStory)).split('\n')
  const label = String.raw`"([A-Za-z0-9 ,:=?#;\u{80}-\u{10ffff}-]*)"`

  test('no text of the story is more than a label', () => {
    const node = new RegExp(
      `^ {2}s\\d+(?:\\{|\\{\\{|\\[|\\(|\\(\\[)${label}(?:\\}|\\}\\}|\\]|\\)|\\]\\))$`,
      'u',
    )
    const edge = new RegExp(`^ {2}s\\d+ -\\.?->(?:\\|${label}\\|)? s\\d+$`, 'u')
    const frame = new RegExp(`^ {2}subgraph story\\[${label}\\]$`, 'u')
    expect([lines[0], ...lines.slice(-2)]).toEqual(['flowchart TD', '  end', ''])
    const found = lines.slice(1, -2).map((line) => {
      const words = (frame.exec(line) ?? node.exec(line) ?? edge.exec(line))?.[1] ?? expect.unreachable(line)
      // Before it reads entities, Mermaid takes the semicolon off what looks like a line of style.
      expect(line).not.toMatch(/style.*:\S*#.*;/)
      expect(words).not.toMatch(/^-/)
      expect(words.replace(/#\d+;/g, '')).not.toMatch(/[#;]/)
      return words.replace(/#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    })
    const { title, scenes, ways } = graphOf(hostileStory)
    expect(found).toEqual([title, ...[...scenes, ...ways].map(({ label: text }) => text)].map(shown))
  })
})

describe('for Graphviz', () => {
  const dot = dotOf(graphOf(hostileStory))
  const quoted = /"((?:[^"\\]|\\.)*)"/g

  test('no text of the story is more than a label', () => {
    const lines = dot.replace(quoted, 'Q').split('\n').slice(0, -1)
    for (const line of lines)
      expect(line).toMatch(
        /^(digraph Q \{|\}| {2}label=Q| {2}labelloc=t| {2}s\d+ \[label=Q, shape=\w+\]| {2}s\d+ -> s\d+ \[label=Q, \w+=\w+\])$/,
      )
    const texts = [...dot.matchAll(quoted)].map(([, text = '']) => {
      // Entities of HTML are read in labels, whatever the text meant by them.
      expect(text).not.toMatch(/&(?!amp;)/)
      return text.replaceAll('&amp;', '&').replace(/\\(.)/g, '$1')
    })
    const { story, title, scenes, ways } = graphOf(hostileStory)
    expect(texts).toEqual([story, title, ...[...scenes, ...ways].map(({ label }) => label)].map(shown))
  })

  const noDot = spawnSync('dot', ['-V']).error !== undefined

  test.skipIf(noDot)('Graphviz itself takes it, and shows the texts as they are', () => {
    const { status, stdout, stderr } = spawnSync('dot', ['-Tjson'], { input: dot, encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
    const drawn: { objects: unknown[]; edges: unknown[] } = JSON.parse(stdout)
    const { scenes, ways } = graphOf(hostileStory)
    expect([drawn.objects.length, drawn.edges.length]).toEqual([scenes.length, ways.length])
  })
})
