import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { loadOptions } from '../../src/options.ts'
import { startBlock } from '../../src/wiring/start-block.ts'
import { testWith } from '../support/programs.ts'
import { runApp } from '../support/running-app.ts'

/** What the start block says of a product with simulated players. */
async function block(env: Record<string, string> = {}): Promise<string> {
  const { app, data, remove } = await runApp({ env })
  onTestFinished(remove)
  const { options } = await loadOptions({ argv: ['--data', data], env, cwd: data })
  return startBlock(app, { options, version: '1.2.3' })
}

/** The arguments of its line for those who want to watch. */
function watching(words: string): string[] {
  const [, line = ''] = /^ +Watch +mosquitto_sub (.*)$/m.exec(words) ?? []
  return line.replaceAll("'", '').split(' ')
}

const run = promisify(execFile)
const stateOf = async (args: string[]) =>
  (await run('mosquitto_sub', [...args, '-C', '1', '-W', '10'])).stdout

testWith(['mosquitto_sub'], 'the line to watch is one that works', async () => {
  expect(await stateOf(watching(await block()))).toMatch(/^yoto\//)
})

const env = { YOTO_STREAM_MQTT_USERNAME: 'house', YOTO_STREAM_MQTT_PASSWORD: 'hunter2hunter2' }

testWith(['mosquitto_sub'], 'it works with a sign-in too, which is for people to fill in', async () => {
  const args = watching(await block(env)).map(
    (word) => ({ '<user>': 'house', '<password>': 'hunter2hunter2' })[word] ?? word,
  )
  expect(await stateOf(args)).toMatch(/^yoto\//)
})

test('no password is in the start block', async () => {
  const words = await block(env)
  expect(words).toContain('-u <user> -P <password>')
  expect(words).not.toContain('hunter2')
})
