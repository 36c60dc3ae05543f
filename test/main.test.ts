import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import mqtt from 'mqtt'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const freePorts = {
  YOTO_STREAM_PANEL_PORT: '0',
  YOTO_STREAM_MEDIA_PORT: '0',
  YOTO_STREAM_MEDIA_HOST: '127.0.0.1',
  YOTO_STREAM_MQTT_PORT: '0',
}

let folder: string
const children: ChildProcess[] = []
const servers: Server[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yoto-main-'))
})

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const server of servers.splice(0)) server.close()
  await rm(folder, { recursive: true, force: true })
})

/** The built product as a process of its own. */
function launch(env: Record<string, string> = {}, args: string[] = []) {
  const child = spawn(process.execPath, [main, '--data', folder, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', ...freePorts, ...env },
  })
  children.push(child)
  let said = ''
  const hear = (chunk: Buffer) => {
    said += chunk.toString()
  }
  child.stdout?.on('data', hear)
  child.stderr?.on('data', hear)
  const ended = once(child, 'close').then(([code]) => code as number | null)
  const says = async (words: string) => {
    const end = Date.now() + 30_000
    while (!said.includes(words)) {
      if (Date.now() > end || child.exitCode !== null) throw new Error(`never said "${words}" but:\n${said}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return said
  }
  return { child, ended, says, said: () => said }
}

async function takenPort(): Promise<number> {
  const server = createServer()
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

const portIn = (said: string, before: string) => Number(new RegExp(`${before}\\S*?:(\\d+)`).exec(said)?.[1])

describe('the process', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('on %s says goodbye and ends with 0', async (signal) => {
    const { child, says, ended } = launch()
    const said = await says('is running')
    const broker = await mqtt.connectAsync(`mqtt://127.0.0.1:${portIn(said, 'MQTT +mqtt://')}`)
    const states: string[] = []
    broker.on('message', (_topic, payload) => states.push(payload.toString()))
    await broker.subscribeAsync('yoto/bridge/state', { qos: 1 })
    const began = Date.now()
    child.kill(signal)
    expect(await ended).toBe(0)
    expect(Date.now() - began).toBeLessThan(10_000)
    expect(states.at(-1)).toBe('offline')
    broker.end(true)
  })

  test('takes a second signal for the same wish, and still says goodbye', { tags: 'slow' }, async () => {
    const { child, says, ended } = launch()
    const broker = await mqtt.connectAsync(
      `mqtt://127.0.0.1:${portIn(await says('is running'), 'MQTT +mqtt://')}`,
    )
    const states: string[] = []
    broker.on('message', (_topic, payload) => states.push(payload.toString()))
    await broker.subscribeAsync('yoto/bridge/state', { qos: 1 })
    child.kill('SIGINT')
    child.kill('SIGINT')
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect(states.at(-1)).toBe('offline')
    broker.end(true)
  })

  test('ends with 0 when it is told to while it is starting', { tags: 'slow' }, async () => {
    const { child, says, ended, said } = launch()
    await says('embedded MQTT broker')
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect(said()).toContain('SIGTERM: stopping')
  })

  test('says plainly what runs where and that players are simulated', async () => {
    const { says } = launch()
    const said = await says('is running')
    expect(said).toMatch(/Panel, REST +http:\/\/127\.0\.0\.1:\d+/)
    expect(said).toMatch(/MQTT +mqtt:\/\/127\.0\.0\.1:\d+, topics below yoto\//)
    expect(said).toContain('SIMULATED, because no Yoto account is set up (option yoto.client_id): Nursery')
  })

  test('keeps queues and cards over a kill', { tags: 'slow' }, async () => {
    const first = launch()
    const panel = `http://127.0.0.1:${portIn(await first.says('is running'), 'Panel, REST +http://')}`
    const body = JSON.stringify({ files: ['music/counting-song.mp3'] })
    const headers = { 'content-type': 'application/json' }
    expect(
      (await fetch(`${panel}/api/streams/kitchen/queue`, { method: 'POST', body, headers })).status,
    ).toBe(200)
    const cards = await (await fetch(`${panel}/api/cards`)).json()
    first.child.kill('SIGKILL')
    await first.ended
    const second = launch()
    const again = `http://127.0.0.1:${portIn(await second.says('is running'), 'Panel, REST +http://')}`
    expect(await (await fetch(`${again}/api/streams/kitchen/queue`)).json()).toMatchObject({
      files: ['music/counting-song.mp3'],
    })
    expect(await (await fetch(`${again}/api/cards`)).json()).toEqual(cards)
  })

  test('keeps every change of a queue, presets and what was imported over a kill right behind the answer', {
    tags: 'slow',
  }, async () => {
    const headers = { 'content-type': 'application/json' }
    const song = 'music/counting-song.mp3'
    const post = async (panel: string, path: string, body: object) => {
      const answer = await fetch(`${panel}/api${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers,
      })
      expect(answer.status, path).toBe(200)
    }
    const exported = async (panel: string) => (await fetch(`${panel}/api/queues/export`)).json()
    const start = async () => {
      const { child, ended, says } = launch()
      const panel = `http://127.0.0.1:${portIn(await says('is running'), 'Panel, REST +http://')}`
      const kill = async () => {
        child.kill('SIGKILL')
        await ended
      }
      return { panel, kill }
    }
    const first = await start()
    const mutations = '/streams/kitchen/queue/mutations'
    await post(first.panel, mutations, { op: 'append', files: [song, song] })
    await post(first.panel, '/presets', { name: 'two', stream: 'kitchen' })
    await post(first.panel, mutations, { op: 'replace', files: [song], keep_old: true })
    await first.kill()
    const second = await start()
    const file = (await exported(second.panel)) as { streams: object; presets: object }
    expect(file).toMatchObject({
      streams: { kitchen: { files: [song] } },
      presets: { two: { files: [song, song] } },
    })
    await post(second.panel, mutations, { op: 'restore' })
    const streams = { attic: { ...(file.streams as { kitchen: object }).kitchen, title: 'Attic' } }
    await post(second.panel, '/queues/import', { mode: 'merge', file: { ...file, streams } })
    await second.kill()
    const third = await start()
    expect(await exported(third.panel)).toMatchObject({
      streams: { kitchen: { files: [song, song] }, attic: { title: 'Attic', files: [song] } },
    })
    await third.kill()
  })

  test('keeps who may come in over a kill, and shows the first of them the way', {
    tags: 'slow',
  }, async () => {
    const env = { YOTO_STREAM_PANEL_AUTH: 'password' }
    const first = launch(env)
    await first.says('with the code')
    const said = await first.says('is running')
    const panel = `http://127.0.0.1:${portIn(said, 'Panel, REST +http://')}`
    const code = /with the code (\S+)/.exec(said)?.[1]
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ code, username: 'Ada', password: 'correct horse' })
    const set = await fetch(`${panel}/api/auth/set-up`, { method: 'POST', body, headers })
    expect(set.status).toBe(200)
    const cookie = set.headers.get('set-cookie')?.split(';')[0] ?? ''
    first.child.kill('SIGKILL')
    await first.ended
    const second = launch(env)
    const again = `http://127.0.0.1:${portIn(await second.says('is running'), 'Panel, REST +http://')}`
    expect((await fetch(`${again}/api/users`, { headers: { cookie } })).status).toBe(200)
    expect(second.said()).not.toContain('with the code')
    for (const secret of ['correct horse', cookie.split('=')[1] ?? '-'])
      expect(first.said() + second.said()).not.toContain(secret)
  })
})

describe('the command check', () => {
  test('prints its answer alone, and ends with 1 where a rule file is left out', async () => {
    await mkdir(join(folder, 'config'))
    const look = async () => {
      const { ended, said } = launch({}, ['check'])
      return { code: await ended, said: said() }
    }
    await writeFile(join(folder, 'config', 'a.yaml'), '')
    expect(await look()).toEqual({ code: 0, said: '1 file: 0 errors, 0 warnings, 0 infos\n' })
    await writeFile(join(folder, 'config', 'a.yaml'), 'rule: {}\n')
    expect(await look()).toEqual({
      code: 1,
      said: expect.stringMatching(
        /^a\.yaml:1:1 error\[key\/unknown\][\s\S]*\n1 file: 1 error, 0 warnings, 0 infos\n$/,
      ),
    })
  })
})

describe('the command test', () => {
  test('prints its answer alone, and ends with 1 where a test fails', async () => {
    await mkdir(join(folder, 'config'))
    const written = (word: string) =>
      writeFile(
        join(folder, 'config', 'a.yaml'),
        `rules:\n  hello: {when: [{startup: {}}], do: [{log: Hello}]}\ntests:\n  greets: {now: "2026-11-24T07:00:00", steps: [{expect: {log: ${word}}}]}\n`,
      )
    const look = async () => {
      const { ended, said } = launch({}, ['test'])
      return { code: await ended, said: said() }
    }
    await written('Hello')
    expect(await look()).toEqual({ code: 0, said: '1 test: 1 passed, 0 failed\n' })
    await written('Goodbye')
    expect(await look()).toEqual({
      code: 1,
      said: expect.stringMatching(
        /^a\.yaml:4:\d+ error\[test\/failed\][\s\S]*\n1 test: 0 passed, 1 failed\n$/,
      ),
    })
  })
})

describe('other commands', () => {
  test('an answer that nobody reads to its end is no failure', async () => {
    const { child, ended, said } = launch({}, ['schema'])
    child.stdout?.destroy()
    expect([await ended, said()]).toEqual([0, ''])
  })

  test('help is given also where an option is wrong, and starts nothing', async () => {
    const { ended, said } = launch({ YOTO_STREAM_PANEL_PORT: 'none' }, ['plan', '--help'])
    expect(await ended).toBe(0)
    expect(said()).toMatch(/^npm start --silent -- plan \[--days 7\] \[--json\]\n/)
  })

  test('what cannot be answered is said in one line, and ends with 1', async () => {
    const { ended, said } = launch({}, ['plan', '--days', '99'])
    expect(await ended).toBe(1)
    expect(said()).toBe('argument --days: found "99", expected a number of days from 1 to 31\n')
  })
})

describe('what cannot be used', () => {
  test.each<[string, Record<string, string>, string[], RegExp]>([
    [
      'an unknown option',
      { YOTO_STREAM_PANLE_PORT: '1' },
      [],
      /YOTO_STREAM_PANLE_PORT.*YOTO_STREAM_PANEL_PORT/,
    ],
    [
      'a wrong value',
      { YOTO_STREAM_MEDIA_PORT: 'many' },
      [],
      /media\.port.*many|YOTO_STREAM_MEDIA_PORT.*many/,
    ],
    ['an unknown argument', {}, ['--dta', 'x'], /--dta.*--data/],
    ['an unknown zone', { YOTO_STREAM_TIMEZONE: 'Europe/Atlantis' }, [], /Europe\/Atlantis/],
  ])('%s ends the start with 1 and one line', async (_what, env, args, message) => {
    const { ended, said } = launch(env, args)
    expect(await ended).toBe(1)
    expect(said().trim().split('\n')).toHaveLength(1)
    expect(said()).toMatch(message)
  })

  test.each([
    ['YOTO_STREAM_PANEL_PORT', 'panel.port'],
    ['YOTO_STREAM_MEDIA_PORT', 'media.port'],
    ['YOTO_STREAM_DIRECT_PORT', 'direct.port'],
    ['YOTO_STREAM_MQTT_PORT', 'mqtt.port'],
  ])('a port in use (%s) is named with the option that chooses another', async (variable, option) => {
    const port = await takenPort()
    const { ended, said } = launch({ [variable]: String(port) })
    expect(await ended).toBe(1)
    const last = said().trim().split('\n').at(-1)
    expect(last).toContain(String(port))
    expect(last).toContain(option)
    expect(said()).not.toContain('    at ')
  })

  test.skipIf(process.getuid?.() === 0)('an unreadable config folder is named', async () => {
    const config = join(folder, 'config')
    await mkdir(config, { mode: 0 })
    const { ended, said } = launch()
    expect(await ended).toBe(1)
    expect(said()).toContain(
      'this user may not read and write it; mend that, or choose another with --config',
    )
    await chmod(config, 0o700)
  })

  test.each(['--config', '--media'])(
    'a folder that cannot be one (%s) is named with the reason and the way out',
    async (argument) => {
      const file = join(folder, 'file')
      await writeFile(file, '')
      const { ended, said } = launch({}, [argument, file])
      expect(await ended).toBe(1)
      const last = said().trim().split('\n').at(-1)
      expect(last).toContain(
        `${file} cannot be used: it is a file, not a folder; mend that, or choose another with ${argument}`,
      )
    },
  )

  test('a data folder that is a file is named', async () => {
    const file = join(folder, 'file')
    await writeFile(file, '')
    const { ended, said } = launch({}, ['--data', file])
    expect(await ended).toBe(1)
    expect(said()).toContain('--data')
    expect(said()).not.toContain('    at ')
  })

  test('a time zone variable that is set but empty counts as not set', { tags: 'slow' }, async () => {
    await launch({ TZ: '' }).says('is running')
  })

  test('a broken rule file and a broken audio file are said once, and all else goes on', {
    tags: 'slow',
  }, async () => {
    await mkdir(join(folder, 'config'))
    await mkdir(join(folder, 'media'))
    await writeFile(join(folder, 'config', 'broken.yaml'), 'rules:\n\tx: 1\n')
    await writeFile(
      join(folder, 'config', 'sound.yaml'),
      'playlists:\n  p: [noise.mp3]\nschedules:\n  hall: {default: p}\n',
    )
    await writeFile(join(folder, 'media', 'noise.mp3'), 'this is no audio')
    const { says } = launch()
    const said = await says('is running')
    expect(said).toMatch(/broken\.yaml:2:1 error\[yaml\/syntax\].*tab/)
    expect(said).toContain('broken.yaml is left out: an error; the other files run')
    expect(said.match(/noise\.mp3/g)?.length).toBe(1)
    const panel = `http://127.0.0.1:${portIn(said, 'Panel, REST +http://')}`
    expect(await (await fetch(`${panel}/api/streams/queues`)).json()).toEqual({ queues: ['hall'], count: 1 })
    const { problems } = (await (await fetch(`${panel}/api/health`)).json()) as { problems: string[] }
    expect(problems[0]).toContain('broken.yaml')
  })

  test('a cloud that is away is waited for, and everything local runs', async () => {
    const port = await takenPort()
    for (const server of servers) server.close()
    const away = `http://127.0.0.1:${port}`
    const { says, child, ended } = launch({
      YOTO_STREAM_SIMULATE: 'never',
      YOTO_STREAM_YOTO_CLIENT_ID: 'somebody',
      YOTO_STREAM_YOTO_API_URL: away,
      YOTO_STREAM_YOTO_AUTH_URL: away,
      YOTO_STREAM_YOTO_MQTT_URL: `ws://127.0.0.1:${port}`,
    })
    const said = await says('is running')
    await says('Yoto gave no code to sign in with; tried again until it works')
    const panel = `http://127.0.0.1:${portIn(said, 'Panel, REST +http://')}`
    const health = (await (await fetch(`${panel}/api/health`)).json()) as Record<string, unknown>
    expect(health).toMatchObject({ status: 'healthy', cloud: { connected: false }, simulated: false })
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
  })
})
