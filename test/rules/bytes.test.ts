/** @module-tag slow */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatDiagnostic } from '../../src/language/diagnostic.ts'
import { readLastGood } from '../../src/rules/read/last-good.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { readingOf } from '../support/rules.ts'

const words = [
  ...[
    'playlists:',
    'schedules:',
    'rules:',
    '  a:',
    '  b:',
    '    when:',
    '    if:',
    '    do:',
    '    slots:',
    '      s:',
  ],
  ...[
    'stream: a',
    'default: a',
    'from: "19:30"',
    'to: 7',
    'days: weekdays',
    'play: a',
    'enabled: no',
    'files: [a]',
  ],
  ...[
    '- button: right',
    '- queue: {set: a}',
    `- log: "$\{player.volume}"`,
    '- now.hour > 3',
    '- any: [a, b]',
    '- a',
  ],
  ...[
    '\n',
    '\n  ',
    '\n    ',
    '\n      ',
    ' ',
    ': ',
    '- ',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '#',
    '&x ',
    '*x',
    '!!y ',
    '|',
    '>',
    '\t',
  ],
  ...['\0', '\r', '\uFEFF', '__proto__:', '---\n', '%', '${', '{{', '}}', '\u2028', '12e4', '~'],
]

const text = fc.array(fc.constantFrom(...words), { maxLength: 50 }).map((parts) => parts.join(''))
const bytes = fc.uint8Array({ maxLength: 300 })
const file = fc.oneof({ weight: 4, arbitrary: text.map((written) => Buffer.from(written)) }, bytes)
// As a file is read: what is no UTF-8 becomes U+FFFD.
const decoded = (content: Uint8Array) => Buffer.from(content).toString('utf8')

test('any bytes as rule files give messages that point into them, at most 100 a file, and never a throw', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(file, { minLength: 1, maxLength: 3 }), async (contents) => {
      const sources = contents.map((content, index) => ({ file: `${index}.yaml`, text: decoded(content) }))
      const { files } = await readRuleFiles(sources, readingOf({ fileExists: async () => false }))
      for (const { diagnostics, isSound, file: name } of files) {
        expect(diagnostics.length).toBeLessThanOrEqual(100)
        expect(isSound).toBe(diagnostics.every(({ level }) => level !== 'error'))
        const source = sources.find((each) => each.file === name)
        for (const diagnostic of diagnostics) {
          expect(formatDiagnostic(diagnostic, source?.text ?? '')).toContain('^')
          expect(diagnostic.file).toBe(name)
        }
      }
    }),
    { numRuns: 1500 },
  )
})

test('whatever is written, nothing that ran without an error is lost to it, and what runs has none', async () => {
  const good = 'playlists:\n  a: [x.mp3]\nschedules:\n  bedroom: {default: a}\n'
  await fc.assert(
    fc.asyncProperty(file, async (content) => {
      const written = [
        { file: 'a.yaml', text: decoded(content), good },
        {
          file: 'b.yaml',
          text: 'schedules:\n  kitchen: {default: a}\n',
          good: 'schedules:\n  kitchen: {default: a}\n',
        },
      ]
      const { ruleSet, files } = await readLastGood(written, readingOf())
      expect(files[1]?.state).toBe('running')
      expect([...ruleSet.playlists.keys()]).toContain('a')
      if (files[0]?.state === 'last-good') expect(ruleSet.schedules).toHaveLength(2)
    }),
    { numRuns: 800 },
  )
})
