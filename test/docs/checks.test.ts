import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { codes } from '../../src/language/codes.ts'
import { asPrinted, checkPage, findingsIn, pagedCodes, saidOf } from './check-page.ts'
import { readPage } from './page.ts'

const known = Object.keys(codes)
/** Every code that stands in the sources of the language, of rules and of stories, but for the catalog. */
function writtenCodes(): string[] {
  // Not what a package is imported by.
  const word = /(?<!from )'([a-z]+\/[a-z][a-z-]*)'/g
  const found = ['language', 'rules', 'stories'].flatMap((folder) => {
    const place = new URL(`../../src/${folder}/`, import.meta.url)
    return readdirSync(place, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && name !== 'codes.ts')
      .flatMap((name) => [...readFileSync(new URL(name, place), 'utf8').matchAll(word)])
      .map(([, code = '']) => code)
  })
  return [...new Set(found)].sort()
}

test('every code that is said stands in the catalog, and every one in the catalog is said', () => {
  expect(writtenCodes()).toEqual(known.toSorted())
})

test('every code has a page, and every page a code', () => {
  expect(pagedCodes()).toEqual(known.toSorted())
})

test('the index has every code, its level and what is wrong, and shows what a finding looks like', () => {
  const { text } = readPage('docs/checks/README.md')
  expect(text).toContain(checkPage('ref/playlist').shown)
  const rows = Object.entries(codes).map(
    ([code, { level, about }]) => `| [${code}](${code}.md) | ${level} | ${about} |\n`,
  )
  expect(text).toContain(`| code | level | what is wrong |\n|---|---|---|\n${rows.join('')}`)
})

test.each(known)(
  'the page of %s says what is said of its failing example, and its mended one is sound',
  async (code) => {
    const page = checkPage(code)
    expect(page.code).toBe(code)
    const findings = await findingsIn(page.failing, page.plugins.failing)
    // Of a hundred findings the last is shown.
    const shown = code === 'report/more' ? findings.slice(-1) : findings
    const about = shown[0]?.file === 'plugins/lamp.mjs' ? (page.plugins.failing ?? '') : page.failing
    expect(asPrinted(shown, about)).toBe(page.shown)
    expect(shown.map((finding) => ({ code: finding.code, level: finding.level }))).toEqual([
      { code, level: codes[code]?.level },
    ])
    expect(await saidOf(page.mended, page.plugins.mended)).toBe('')
  },
)
