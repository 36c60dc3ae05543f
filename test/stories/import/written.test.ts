/** @module-tag slow */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatYaml } from '../../../src/language/format.ts'
import { editorSchemaFile } from '../../../src/rules/editor/schema.ts'
import type { DraftExit, DraftScene, StoryDraft } from '../../../src/stories/import/draft.ts'
import { SceneNames } from '../../../src/stories/import/names.ts'
import { speakable } from '../../../src/stories/import/speech.ts'
import { storyFromTwee } from '../../../src/stories/import/twee-story.ts'
import { writeStory } from '../../../src/stories/import/written.ts'
import { readBack } from '../../support/imported.ts'

const hostile = fc.constantFrom(
  ...[
    'a: b',
    ' # c',
    '#',
    "'",
    '"',
    '"a" b',
    '$' + '{x}',
    '{{ x }}',
    '- ',
    '? ',
    '!tag',
    '&a',
    '*a',
    '|',
    '>-',
    '%',
    '@',
    '`',
  ],
  ...[
    '---',
    '...',
    '\n',
    '\n\n',
    '\r\n',
    '\t',
    '\u0000',
    '\u0007',
    '\u0085',
    '\u2028',
    '\uFEFF',
    '\uFFFD',
    '\uD800',
  ],
  ...[
    'null',
    '~',
    'true',
    'on',
    'yes',
    'No',
    '19:30',
    '08',
    '0x1f',
    '1e3',
    '.inf',
    '<<',
    '=',
    '\u{1F409}',
    'é',
    'ß',
    '한',
  ],
  ...['constructor', '__proto__', '[', ']', '{', '}', ',', '\\', '\\n', ' '],
)
const piece = fc.oneof(
  hostile,
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constant('many words in a row '.repeat(8)),
)
const anyText = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(''))
const words = anyText.map((text) => speakable(text) || 'x')

const anyDraft: fc.Arbitrary<StoryDraft> = fc
  .array(anyText, { minLength: 1, maxLength: 8 })
  .chain((wished) => {
    const names = new SceneNames()
    const ids = wished.map((name) => names.take(name))
    const scene = (id: string): fc.Arbitrary<DraftScene> =>
      fc.record({
        id: fc.constant(id),
        play: fc.oneof(
          fc.constant(null),
          fc.record({ say: words }),
          fc.record({ file: fc.constant('a.mp3'), say: words }),
          fc.constantFrom({ file: 'a: b #c.mp3' }, { file: "sub/'x'.mp3" }, { file: 'yes' }),
        ),
        exit: anyExit(ids),
      })
    return fc.record({
      id: fc.constantFrom('spy', 'true', '12', 'on', 'Löwe 3'),
      title: words,
      audio: fc.constantFrom(null, 'stories/spy'),
      start: fc.constantFrom(...ids),
      resume: fc.constantFrom(null, false as const, '7d'),
      silence: fc.constantFrom(null, { wait: '1s', askAgain: 0 }, { wait: '2m', askAgain: 3 }),
      scenes: fc.tuple(...ids.map(scene)),
    })
  })

function anyExit(ids: readonly string[]): fc.Arbitrary<DraftExit> {
  const to = fc.constantFrom(...ids)
  const perhaps = fc.option(to)
  return fc.oneof(
    fc.record({
      kind: fc.constant('question' as const),
      ask: fc.option(words),
      left: to,
      right: perhaps,
      silence: perhaps,
    }),
    fc.record({
      kind: fc.constant('question' as const),
      ask: fc.option(words),
      left: perhaps,
      right: to,
      silence: perhaps,
    }),
    fc.record({ kind: fc.constant('go' as const), to }),
    fc.record({
      kind: fc.constant('carousel' as const),
      options: fc.array(fc.record({ say: words, to }), { minLength: 2, maxLength: 4 }),
    }),
    fc.record({ kind: fc.constant('ending' as const), name: to }),
  )
}

test('every story reads back as it was written', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(anyDraft, async (written) => {
      const yaml = writeStory(written, { schema: editorSchemaFile })
      const { diagnostics, stories } = await readBack(yaml, { search: false })
      // What is read has its letters in one form.
      const draft: typeof written = JSON.parse(JSON.stringify(written).normalize('NFC'))
      expect(
        diagnostics.filter(({ level }) => level === 'error'),
        yaml,
      ).toEqual([])
      expect(
        diagnostics.filter(({ code }) => code.startsWith('yaml/')),
        yaml,
      ).toEqual([])
      const [story] = stories
      expect(story).toMatchObject({
        id: draft.id,
        title: [...draft.title].slice(0, 120).join(''),
        start: draft.start,
      })
      expect(story?.resumeMs).toBe(draft.resume === false ? null : 7 * 86_400_000)
      for (const scene of draft.scenes) expect(asDraft(story?.scenes, scene.id, draft), yaml).toEqual(scene)
    }),
    { numRuns: 300 },
  )
})

test('is in the usual form of rule files', async () => {
  await fc.assert(
    fc.asyncProperty(anyDraft, async (draft) => {
      const yaml = writeStory(draft, { schema: editorSchemaFile })
      expect(yaml.split('\n')[0]).toBe(`# yaml-language-server: $schema=${editorSchemaFile}`)
      // Folded texts are those that the formatter writes on one line.
      if (!yaml.includes('>-')) expect(formatYaml({ file: 'x.yaml', text: yaml })).toEqual({ text: yaml })
    }),
    { numRuns: 200 },
  )
})

test('whatever stands in Twee, a rule file without faults comes of it', { timeout: 120_000 }, async () => {
  const line = fc.oneof(
    anyText,
    fc.tuple(anyText, fc.constantFrom('a', 'b', 'A!', '')).map(([text, to]) => `[[${text}|${to}]]`),
    fc.constantFrom(
      '[[a]]',
      '[[b]]',
      '[[]]',
      '(set: $x to 1)',
      '<<if $x>>',
      '<!--',
      '-->',
      '<audio src="a.mp3">',
    ),
  )
  const passage = fc.tuple(
    fc.oneof(fc.constantFrom('a', 'b', 'A!', 'a?', 'Start'), anyText),
    fc.array(line, { maxLength: 6 }),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(passage, { maxLength: 6 }),
      fc.constantFrom('yoto', 'plain', undefined),
      async (all, as) => {
        const text = `:: First\nx\n${all.map(([name, lines]) => `:: ${name}\n${lines.join('\n')}`).join('\n')}`
        const { story, losses } = storyFromTwee(text.replace(/\r\n?/g, '\n'), { as })
        const yaml = writeStory(story, { schema: editorSchemaFile })
        const { diagnostics } = await readBack(yaml, { search: false })
        const faults = diagnostics.filter(({ level }) => level === 'error')
        expect([...faults, ...diagnostics.filter(({ code }) => code.startsWith('yaml/'))], yaml).toEqual([])
        const count = text.replace(/\r\n?/g, '\n').split('\n').length
        for (const loss of losses) {
          expect(loss.line).toBeGreaterThan(0)
          expect(loss.line, loss.what).toBeLessThanOrEqual(count)
        }
      },
    ),
    { numRuns: 300 },
  )
})

type Scenes = Awaited<ReturnType<typeof readBack>>['stories'][number]['scenes'] | undefined

/** The scene as it was before it was written. */
function asDraft(scenes: Scenes, id: string, { audio }: StoryDraft): DraftScene | null {
  const scene = scenes?.get(id)
  if (scene === undefined) return null
  const { play, exit } = scene
  const own =
    play !== null && 'file' in play && audio !== null
      ? { ...play, file: play.file.slice(audio.length + 1) }
      : play
  return { id, play: own, exit: exitDraft(scenes, id, exit) }
}

function exitDraft(
  scenes: Scenes,
  id: string,
  exit: NonNullable<ReturnType<NonNullable<Scenes>['get']>>['exit'],
): DraftExit {
  switch (exit.kind) {
    case 'question': {
      const { ask, left, right, silence } = exit
      return {
        kind: 'question',
        ask: ask !== null && 'say' in ask ? ask.say : null,
        left: left?.to ?? null,
        right: right?.to ?? null,
        silence: silence?.to ?? null,
      }
    }
    case 'go': {
      if (exit.way.to !== `${id}.1`) return { kind: 'go', to: exit.way.to }
      const options = [...(scenes?.values() ?? [])].filter((scene) => scene.id.startsWith(`${id}.`))
      return {
        kind: 'carousel',
        options: options.map((option) => ({
          say: option.play !== null && 'say' in option.play ? option.play.say : '',
          to: option.exit.kind === 'question' ? (option.exit.right?.to ?? '') : '',
        })),
      }
    }
    case 'ending':
      return exit
    default:
      return expect.unreachable()
  }
}
