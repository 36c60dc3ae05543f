/** @module-tag slow */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatDiagnostic } from '../../src/language/diagnostic.ts'
import { loadYaml } from '../../src/language/source.ts'

const pieces = [
  'a',
  'b: ',
  ': ',
  ':',
  '- ',
  '-',
  '\n',
  '\n  ',
  '\n    ',
  '\r\n',
  '\t',
  ' ',
  '#',
  ' #x',
  '{',
  '}',
  '{{',
  '}}',
  '[',
  ']',
  ',',
  '"',
  "'",
  '&a',
  '*a',
  '!x',
  '!!str ',
  '|',
  '>',
  '? ',
  '%',
  '@',
  '`',
  '---\n',
  '...\n',
  '\\',
  '\\x',
  '<<: ',
  '__proto__: ',
  '\uFEFF',
  '\uFFFD',
  '\0',
  '\r',
  '\u2028',
  'ü',
  '😀',
  '\uD83D',
] as const

const yamlish = fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((parts) => parts.join(''))
const anything = fc.string({ unit: 'binary', maxLength: 200 })

test('any text is read without a throw, and each diagnostic points into it', () => {
  fc.assert(
    fc.property(fc.oneof({ weight: 4, arbitrary: yamlish }, anything), (text) => {
      const { root, diagnostics } = loadYaml({ file: 'a.yaml', text })
      expect(diagnostics.length).toBeLessThanOrEqual(100)
      const lines = text.replace(/^\uFEFF/, '').split('\n')
      for (const diagnostic of diagnostics) {
        const line = (lines[diagnostic.line - 1] ?? outside(diagnostic)).replace(/\r$/, '')
        expect(diagnostic.column).toBeGreaterThanOrEqual(1)
        expect(diagnostic.column).toBeLessThanOrEqual(line.length + 1)
        expect(diagnostic.length).toBeGreaterThanOrEqual(1)
        expect(diagnostic.message).not.toMatch(/[\n\r]/)
        expect(formatDiagnostic(diagnostic, text)).toContain('^')
      }
      if (
        root === null &&
        text
          // Each document may begin with a mark of its own.
          .replace(/^\uFEFF/gm, '')
          .replace(/#[^\n]*|^---|^\.\.\./gm, '')
          .trim() !== ''
      )
        expect(diagnostics.length).toBeGreaterThan(0)
    }),
    { numRuns: 3000 },
  )
})

function outside(diagnostic: unknown): never {
  throw new Error(`outside the text: ${JSON.stringify(diagnostic)}`)
}
