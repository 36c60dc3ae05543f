import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

const folder = new URL('../fixtures/', import.meta.url)

/**
 * Compares a value with the file of that name in `test/fixtures`, which stays as it is until somebody means to change
 * it: with `WRITE_FIXTURES=1` the value is written there instead.
 */
export function expectFixture(name: string, value: unknown): void {
  const file = fileURLToPath(new URL(name, folder))
  if (process.env.WRITE_FIXTURES === '1') {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`)
    return
  }
  const kept: unknown = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
  const test = relative(process.cwd(), expect.getState().testPath ?? '')
  const hint = `test/fixtures/${name} says something else. Where the change is meant, write it anew: WRITE_FIXTURES=1 npx vitest run ${test} && npm run format`
  expect(JSON.parse(JSON.stringify(value)), hint).toEqual(kept)
}
