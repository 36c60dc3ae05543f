import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const env = {
  PATH: process.env.PATH ?? '',
  YOTO_STREAM_PANEL_PORT: '0',
  YOTO_STREAM_MEDIA_PORT: '0',
  YOTO_STREAM_MEDIA_HOST: '127.0.0.1',
  YOTO_STREAM_MQTT_PORT: '0',
}
const part = (name: string, start: string) =>
  `${name}: { title: 'T', describe: 'D.', examples: ['- ${name}:'], options: { type: 'object', additionalProperties: false }, start() { ${start} } }`
const plugin = `export default { id: 'stray', api: 1, version: '1.0.0', triggers: {
  ${part('promise', "void Promise.resolve().then(() => { throw 'no error at all' })")},
  ${part('timer', "setTimeout(() => { throw new Error('in a timer') }, 10)")},
  ${part('later', "setTimeout(async () => { await null; throw new Error('in a promise of a timer') }, 20)")},
} }
`
const rules = `rules:
  one: {when: [{promise: }], do: [{log: x}]}
  two: {when: [{timer: }], do: [{log: x}]}
  three: {when: [{later: }], do: [{log: x}]}
`

test('what a plug-in lets go of does not end the product, and names plug-in and rule', async () => {
  const home = await mkdtemp(join(tmpdir(), 'yoto-stray-'))
  await mkdir(join(home, 'config', 'plugins'), { recursive: true })
  await writeFile(join(home, 'config', 'plugins', 'stray.mjs'), plugin)
  await writeFile(join(home, 'config', 'stray.yaml'), rules)
  const child = spawn(process.execPath, [main, '--data', home], { cwd: home, env })
  const ended = once(child, 'close')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
    await rm(home, { recursive: true })
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)))
  const expected = [
    'plug-in "stray" failed in what trigger `promise` let go of, of rule "one": no error at all',
    'plug-in "stray" failed in what trigger `timer` let go of, of rule "two": in a timer',
    'plug-in "stray" failed in what trigger `later` let go of, of rule "three": in a promise of a timer',
    'is running',
  ]
  await expect.poll(() => expected.filter((words) => !said.includes(words)), { timeout: 60_000 }).toEqual([])
  expect(child.exitCode).toBeNull()
}, 90_000)
