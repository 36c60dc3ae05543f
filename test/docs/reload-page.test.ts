import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ruleRoutes } from '../../src/http/api/rules.ts'
import { readLastGood } from '../../src/rules/read/last-good.ts'
import { withoutPast } from '../support/house.ts'
import { readingOf } from '../support/rules.ts'

const page = readFileSync(new URL('../../docs/rules/reload.md', import.meta.url), 'utf8')
const [music = '', bedroom = ''] = [...page.matchAll(/```yaml\n(.*?)```/gs)].map((match) => match[1])

test('the files on the page run, and what it says of a change of one is so', async () => {
  const settled = (file: string, text: string) => ({ file, text, good: text })
  const well = [settled('music.yaml', music), settled('bedroom.yaml', bedroom)]
  const { files } = await readLastGood(well, readingOf())
  expect(files.map(({ state, findings }) => [state, findings])).toEqual([
    ['running', []],
    ['running', []],
  ])
  const taken = [
    { file: 'music.yaml', text: 'playlists: {}\n', good: music },
    settled('bedroom.yaml', bedroom),
  ]
  const [, held] = (await readLastGood(taken, readingOf())).files
  expect(held).toMatchObject({ state: 'last-good', wouldBreak: [{ file: 'bedroom.yaml', line: 4 }] })
})

test('every call is on the page', () => {
  for (const { method, path } of ruleRoutes(withoutPast))
    expect(page).toContain(`\`${method.toUpperCase()} /api${path}\``)
})
