import { describe, expect, test } from 'vitest'
import { type Diagnostic, formatDiagnostic } from '../../src/language/diagnostic.ts'

function at(line: number, column: number, more: Partial<Diagnostic> = {}): Diagnostic {
  return {
    file: 'rules/a.yaml',
    line,
    column,
    length: 1,
    level: 'error',
    code: 'a/b',
    message: 'no',
    ...more,
  }
}

describe('formatDiagnostic', () => {
  test('prints the line for machines, the line of the file, the carets and the help', () => {
    const text = `${'\n'.repeat(13)}    if: player.playing and player.volum > 3\n`
    const diagnostic = at(14, 28, {
      file: 'rules/bedtime.yaml',
      length: 12,
      code: 'expr/unknown-name',
      message: 'there is no "player.volum"',
      help: 'did you mean "player.volume"?',
    })
    expect(formatDiagnostic(diagnostic, text)).toBe(
      [
        'rules/bedtime.yaml:14:28 error[expr/unknown-name] there is no "player.volum"',
        '   14 |     if: player.playing and player.volum > 3',
        '      |                            ^^^^^^^^^^^^',
        '   help: did you mean "player.volume"?',
      ].join('\n'),
    )
  })

  test('leaves the help out where there is none', () => {
    const text = `${'#\n'.repeat(7)}      - playlst: x\n`
    const message =
      'unknown key "playlst" in `queue` - did you mean "playlist"? (allowed: action, playlist, volume)'
    expect(
      formatDiagnostic(at(8, 9, { file: 'rules.yaml', length: 7, code: 'key/unknown', message }), text),
    ).toBe(
      [
        `rules.yaml:8:9 error[key/unknown] ${message}`,
        '    8 |       - playlst: x',
        '      |         ^^^^^^^',
      ].join('\n'),
    )
  })

  test('keeps the carets below the fault behind tabs, a byte order mark and Windows line ends', () => {
    const [, line, carets] = formatDiagnostic(at(1, 4, { length: 2 }), '\uFEFFa\tbcd\r\nx').split('\n')
    expect(line).toBe('    1 | a\tbcd')
    expect(carets).toBe('      |  \t ^^')
  })

  test('shows only the part around the fault of an endless line', () => {
    const text = `${'a'.repeat(5000)}!${'b'.repeat(5000)}`
    const [, line = '', carets = ''] = formatDiagnostic(at(1, 5001), text).split('\n')
    expect(line.length).toBeLessThan(140)
    expect(line[carets.indexOf('^')]).toBe('!')
    expect(line).toMatch(/\| …a+!b+…$/)
  })

  test('lets no character of the file steer the terminal or turn the text around', () => {
    const printed = formatDiagnostic(
      at(1, 1, { message: 'found "\u001b[2J"' }),
      'a: \u001b[31m\u202Eabc\u0007',
    )
    for (const character of ['\u001b', '\u202e', '\u0007']) expect(printed).not.toContain(character)
    expect(printed).toContain('a: \uFFFD[31m\uFFFDabc\uFFFD')
  })
})
