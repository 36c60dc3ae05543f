import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fakeSupervisor, noBroker } from '../support/fake-supervisor.ts'
import { canStart, giveToUser, makeTree, startService } from './container.ts'
import { inRoot } from './repository.ts'

const freePorts = {
  YOTO_STREAM_PANEL_PORT: '0',
  YOTO_STREAM_MEDIA_PORT: '0',
  YOTO_STREAM_MEDIA_HOST: '127.0.0.1',
  YOTO_STREAM_MQTT_PORT: '0',
}

let tree: ReturnType<typeof makeTree>
let started: ReturnType<typeof startService>[] = []

beforeEach(() => {
  tree = makeTree()
})

afterEach(() => {
  for (const one of started) one.kill('SIGKILL')
  started = []
  tree.remove()
})

function start(env: Readonly<Record<string, string>>) {
  const service = startService(tree.tree, { ...freePorts, ...env })
  started.push(service)
  return service
}

const uidOf = (pid: number) => Number(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])

describe.skipIf(!canStart)(
  'the service, as a user who is not root (skipped where others cannot read it)',
  () => {
    test('runs the program as a plain container, which asks who comes in, and ends with 0', async () => {
      const { pid, says, said, kill, ended } = start({})
      const [, port] = await says(/Panel, REST +http:\/\/[\d.]+:(\d+), in your network http:/)
      await says(/set up the first one with the code \S+/)
      // Another address than the one that is listened on by default.
      const panel = `http://127.0.0.2:${port}`
      expect((await fetch(`${panel}/api/health`)).status).toBe(200)
      expect((await fetch(`${panel}/api/players`)).status).toBe(401)
      // The shell has become the program: signals reach it.
      expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, 5)).toEqual([
        'node',
        '--max-semi-space-size=2',
        '--v8-pool-size=2',
        '--no-sparkplug',
        join(tree.tree, 'opt/yoto-smart-stream/dist/main.js'),
      ])
      expect(uidOf(pid)).not.toBe(0)
      for (const [what, folder] of [
        ['Data', 'data'],
        ['Rules', 'config'],
        ['Library', 'media'],
      ])
        expect(said()).toMatch(new RegExp(`${what} +${join(tree.tree, folder ?? '')}\\b`))
      expect(said()).toContain('prepare: not root, so nothing changes hands')
      expect(said()).toContain(`WARNING: ${join(tree.tree, 'data')} is no mount`)
      kill('SIGTERM')
      expect(await ended).toBe(0)
      expect(said()).toContain('SIGTERM: stopping')
    })

    test('runs it under the Supervisor, with its options and its token, for the sidebar alone', async () => {
      const supervisor = await fakeSupervisor(noBroker)
      mkdirSync(join(tree.tree, 'data'))
      const options = {
        mqtt: { base_topic: 'den' },
        yoto: { client_id: '' },
        log_level: 'debug',
        simulate: 'always',
      }
      writeFileSync(join(tree.tree, 'data/options.json'), JSON.stringify(options), { mode: 0o600 })
      for (const path of ['data', 'data/options.json']) giveToUser(join(tree.tree, path))
      const { says, said, kill, ended } = start({
        SUPERVISOR_TOKEN: 'supervisor-token',
        YOTO_STREAM_DIRECT_PORT: 'off',
        NODE_OPTIONS: `--import ${pathToFileURL(inRoot('test/support/supervisor-address.mjs'))}`,
        STAND_IN_SUPERVISOR_PORT: new URL(supervisor.supervisor.address).port,
      })
      const [, port] = await says(/Panel, REST +http:\/\/[\d.]+:(\d+), for Home Assistant's sidebar alone/)
      await says(/topics below den\//)
      expect((await fetch(`http://127.0.0.2:${port}/api/health`)).status).toBe(200)
      expect((await fetch(`http://127.0.0.2:${port}/api/players`)).status).toBe(403)
      expect(said()).toMatch(new RegExp(`Library +${join(tree.tree, 'media/yoto')}\\b`))
      expect(said()).not.toContain('with the code')
      expect(said()).not.toContain('supervisor-token')
      kill('SIGTERM')
      expect(await ended).toBe(0)
      expect(supervisor.asked).toContain('GET /services/mqtt Bearer supervisor-token')
      await supervisor.stop()
    })

    test('ends with what the program ends with, and says why', async () => {
      const { ended, said } = start({ YOTO_STREAM_LOG_LEVEL: 'loud' })
      expect(await ended).toBe(1)
      expect(said()).toContain('log_level: found "loud"')
    })
  },
)
