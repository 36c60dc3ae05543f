import { describe, expect, test } from 'vitest'
import { Report } from '../../src/language/report.ts'

function report(text: string) {
  return new Report({ file: 'a.yaml', text })
}

describe('Report', () => {
  test('turns spans and nodes into lines and columns from 1', () => {
    const found = report('ab\r\ncd: ef\r\n')
    found.add({ start: 8, end: 10 }, 'error', 'a/b', 'no', 'do this')
    found.add({ kind: 'scalar', text: 'ab', quoted: false, span: { start: 0, end: 2 } }, 'info', 'a/c', 'yes')
    expect(found.diagnostics).toEqual([
      {
        file: 'a.yaml',
        line: 2,
        column: 5,
        length: 2,
        level: 'error',
        code: 'a/b',
        message: 'no',
        help: 'do this',
      },
      { file: 'a.yaml', line: 1, column: 1, length: 2, level: 'info', code: 'a/c', message: 'yes' },
    ])
    expect(found.lineOf({ start: 8, end: 10 })).toBe(2)
    expect(found.file).toBe('a.yaml')
  })

  test('keeps a place that spans lines on its first one, and one behind the end on the last word', () => {
    const found = report('a: b\nc\n\n\n')
    found.add({ start: 3, end: 6 }, 'error', 'a/b', 'spans')
    found.add({ start: 99, end: 120 }, 'error', 'a/b', 'behind')
    expect(found.diagnostics).toMatchObject([
      { line: 1, column: 4, length: 1 },
      { line: 2, column: 2, length: 1 },
    ])
  })

  test('has errors only where one was added, also when it no longer fits', () => {
    const found = report('x')
    for (let count = 0; count < 150; count += 1) found.add({ start: 0, end: 1 }, 'warning', 'a/b', `${count}`)
    expect(found.hasErrors).toBe(false)
    expect(found.diagnostics).toHaveLength(100)
    expect(found.diagnostics[99]).toMatchObject({ code: 'report/more', level: 'warning' })
    found.add({ start: 0, end: 1 }, 'error', 'a/b', 'late')
    expect(found.hasErrors).toBe(true)
    expect(found.diagnostics[99]).toMatchObject({ code: 'report/more', level: 'error' })
  })

  test('holds exactly a hundred without a word about more', () => {
    const found = report('x')
    for (let count = 0; count < 100; count += 1) found.add({ start: 0, end: 1 }, 'error', 'a/b', `${count}`)
    expect(found.diagnostics[99]?.message).toBe('99')
  })
})
