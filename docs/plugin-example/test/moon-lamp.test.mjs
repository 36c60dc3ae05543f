import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import plugin, { ageOf, nextAt } from '../plugins/moon-lamp.mjs'

const here = fileURLToPath(new URL('..', import.meta.url))
// Where the product is: its folder, built with `npm ci`.
const product = process.env.YOTO_SMART_STREAM ?? fileURLToPath(new URL('../../..', import.meta.url))

async function askProduct(...args) {
  const run = promisify(execFile)
  const all = [`${product}/dist/main.js`, ...args, '--config', here, '--data', `${here}/data`]
  return run(process.execPath, all, { env: { ...process.env, TZ: 'UTC' } }).catch((failed) => failed)
}

test('the full moon of November 2026 is on the 24th', () => {
  const found = nextAt(0.5, new Date('2026-11-20T00:00:00Z'))
  assert.equal(found.toISOString().slice(0, 10), '2026-11-24')
  assert.ok(Math.abs(ageOf(found) - 0.5) < 1e-6)
})

test('the product finds nothing wrong with the plug-in and its rules', async () => {
  const { stdout } = await askProduct('check', '--json')
  const errors = JSON.parse(stdout).findings.filter(({ level }) => level === 'error')
  assert.deepEqual(errors, [])
})

test('the check of the plug-in is told beside what the product finds itself', async () => {
  const { stdout } = await askProduct('check')
  assert.match(
    stdout,
    /^moon-lamp\.yaml:10:15 info\[plugin\/check\] plug-in "moon-lamp", check `lamp_stays_on`: no rule .* off again$/m,
  )
})

test('the tests of the rule file pass', async () => {
  const { stdout } = await askProduct('test')
  assert.equal(stdout, '3 tests: 3 passed, 0 failed\n')
})

test('the lamp is asked once, and only by what the product may leave out', async () => {
  const heard = []
  const lamp = createServer((request, response) => {
    request.on('data', (part) => heard.push(String(part)))
    request.on('end', () => response.end())
  })
  await new Promise((resolve) => lamp.listen(0, '127.0.0.1', resolve))
  const { signal } = new AbortController()
  plugin.setup({ config: { url: `http://127.0.0.1:${lamp.address().port}` }, signal, dryRun: false })
  const run = (effect) => plugin.actions.lamp.run({ options: { color: 'blue' }, effect, signal })
  await run(async () => undefined)
  assert.deepEqual(heard, [])
  await run((_effect, perform) => perform())
  assert.deepEqual(heard, ['blue'])
  lamp.close()
  lamp.closeAllConnections()
})
