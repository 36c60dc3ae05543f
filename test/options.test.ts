import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AppError, messageOf } from '../src/core/error.ts'
import { knownOptions, knownVariables } from '../src/options/known.ts'
import { loadOptions, type Options, usesSimulator } from '../src/options.ts'

let cwd: string
let count = 0

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'options-'))
})

afterAll(() => rm(cwd, { recursive: true, force: true }))

type Env = Record<string, string>

const load = (argv: string[] = [], env: Env = { TZ: 'Europe/Berlin' }, commands: string[] = []) =>
  loadOptions({
    argv,
    env,
    cwd,
    commands: commands.map((name) => ({ name, words: { most: 2, what: 'words' } })),
  })

async function loadFile(text: string | Uint8Array, env: Env = { TZ: 'UTC' }, name = 'home.yaml') {
  const folder = join(cwd, `file-${count++}`)
  await mkdir(folder)
  await writeFile(join(folder, name), text)
  return load(['--options', join(folder, name)], env)
}

async function failure(promise: Promise<unknown>): Promise<string> {
  const thrown = await promise.then(
    () => expect.unreachable('did not fail'),
    (error: unknown) => error,
  )
  expect(thrown).toBeInstanceOf(AppError)
  expect((thrown as AppError).code).toBe('invalid')
  expect(messageOf(thrown)).not.toContain(cwd)
  expect(messageOf(thrown)).not.toContain('\n')
  return messageOf(thrown)
}

describe('without any option', () => {
  test('the product runs on this machine alone, with everything at its default', async () => {
    expect(await load()).toEqual({
      command: null,
      flags: new Map(),
      lists: new Map(),
      args: [],
      json: false,
      options: {
        folders: {
          data: join(cwd, 'data'),
          config: join(cwd, 'data', 'config'),
          media: join(cwd, 'data', 'media'),
        },
        panel: { port: 8099, host: '127.0.0.1', auth: 'none', hosts: [], set_up_again: false },
        direct: { port: null },
        media: { port: 8098, host: '0.0.0.0', upload_limit_mb: 2048 },
        public_url: null,
        public_url_consent: [],
        mqtt: {
          url: 'auto',
          username: null,
          password: null,
          ca: null,
          port: 1883,
          base_topic: 'yoto',
          discovery_prefix: 'homeassistant',
        },
        yoto: {
          client_id: null,
          api_url: null,
          auth_url: null,
          mqtt_url: null,
          redirect_uri: 'http://127.0.0.1:8787/callback',
          every_ability: false,
        },
        simulate: 'auto',
        location: { latitude: null, longitude: null },
        plugins: [],
        speech: { provider: 'none', wyoming_url: null, voice: null, language: null },
        language: null,
        timezone: 'Europe/Berlin',
        log_level: 'info',
        storage: 'sqlite',
        trusted_proxies: [],
        homeassistant: {
          url: null,
          token: null,
          allow: ['light', 'switch', 'scene', 'script', 'media_player', 'notify', 'input_boolean'],
        },
      },
    })
  })

  test('under the Supervisor it is the add-on', async () => {
    const { options } = await load(['--data', 'd'], { SUPERVISOR_TOKEN: 'x', TZ: 'Europe/Paris' })
    expect(options.panel).toMatchObject({ auth: 'ingress', host: '0.0.0.0' })
    expect(options.direct.port).toBe(8097)
    expect(options.speech.provider).toBe('home_assistant')
    expect(options.folders).toEqual({ data: join(cwd, 'd'), config: '/config', media: '/media/yoto' })
    expect((await load([], { SUPERVISOR_TOKEN: '', TZ: 'UTC' })).options.panel.auth).toBe('none')
  })

  test('the time zone is that of the machine where TZ is not set', async () => {
    const zone = new Intl.DateTimeFormat('en').resolvedOptions().timeZone
    expect((await load([], {})).options.timezone).toBe(zone)
    expect((await load([], { TZ: ':Asia/Tokyo' })).options.timezone).toBe('Asia/Tokyo')
  })

  test('the simulator takes over only outside the Supervisor, with the embedded broker and no client id', async () => {
    const cases: [string, Env, boolean][] = [
      ['', {}, true],
      ['mqtt: { url: embedded }', {}, true],
      ['mqtt: { url: mqtt://broker }', {}, false],
      ['yoto: { client_id: abc }', {}, false],
      ['', { SUPERVISOR_TOKEN: 'x' }, false],
      ['mqtt: { url: embedded }', { SUPERVISOR_TOKEN: 'x' }, false],
      ['simulate: true', { SUPERVISOR_TOKEN: 'x' }, true],
      ['simulate: always\nyoto: { client_id: abc }', {}, true],
      ['simulate: never', {}, false],
      ['simulate: false', {}, false],
      ['', { YOTO_STREAM_SIMULATE: 'false' }, false],
      ['', { YOTO_STREAM_SIMULATE: 'always', SUPERVISOR_TOKEN: 'x' }, true],
    ]
    for (const [text, env, expected] of cases) {
      const { options } = await loadFile(text, { TZ: 'UTC', ...env })
      expect(usesSimulator(options, env), `${text} ${JSON.stringify(env)}`).toBe(expected)
    }
  })
})

describe('options', () => {
  test('come from command line, environment, file and default, in this order', async () => {
    const text = 'log_level: debug\nmedia: { port: 1 }\npanel: { port: 2 }\nfolders: { data: from-file }\n'
    const env = { TZ: 'UTC', YOTO_STREAM_PANEL_PORT: '3', YOTO_STREAM_FOLDERS_MEDIA: 'from-env' }
    const first = (await loadFile(text, env)).options
    expect([first.log_level, first.media.port, first.panel.port]).toEqual(['debug', 1, 3])
    expect(first.folders).toEqual({
      data: join(cwd, 'from-file'),
      config: join(cwd, 'from-file/config'),
      media: join(cwd, 'from-env'),
    })
    const second = await load(['--data', '/a', '--media=/b', '--config', 'c'], {
      ...env,
      YOTO_STREAM_FOLDERS_DATA: 'env',
    })
    expect(second.options.folders).toEqual({ data: '/a', config: join(cwd, 'c'), media: '/b' })
  })

  test('may be given in the environment, every one of them, each typed by its schema', async () => {
    expect(knownVariables.size).toBe(knownOptions.size)
    const { options } = await load([], {
      TZ: 'UTC',
      YOTO_STREAM_PANEL_PORT: '0',
      YOTO_STREAM_PANEL_HOSTS: 'nas.local, 192.168.1.4 ,',
      YOTO_STREAM_MQTT_PASSWORD: '0123',
      YOTO_STREAM_MQTT_USERNAME: 'true',
      YOTO_STREAM_SIMULATE: 'true',
      YOTO_STREAM_DIRECT_PORT: 'off',
      YOTO_STREAM_PUBLIC_URL: '',
      YOTO_STREAM_LOG_LEVEL: '',
      OTHER: 'x',
    })
    expect(options.panel).toMatchObject({ port: 0, hosts: ['nas.local', '192.168.1.4'] })
    expect(options.mqtt).toMatchObject({ password: '0123', username: 'true' })
    expect(options.simulate).toBe(true)
    expect(options.direct.port).toBeNull()
    expect([options.public_url, options.log_level]).toEqual([null, 'info'])
  })

  test('may stand in YAML, where the schema decides what a text means', async () => {
    const text = `
# a comment
panel:
  port: "8100"
  hosts: [nas.local, &name tunnel.example]
mqtt:
  url: mqtts://broker.local:8883
  username: 0123
  ca: null # not given
  password:
media:
public_url: http://192.168.1.2:8098
timezone: america/new_york
`
    const { options } = await loadFile(text)
    expect(options.panel).toMatchObject({ port: 8100, hosts: ['nas.local', 'tunnel.example'] })
    expect(options.mqtt).toMatchObject({ username: '0123', password: null, ca: null })
    expect(options.media.port).toBe(8098)
    expect(options.timezone).toBe('america/new_york')
  })

  test('may stand in JSON, as the Supervisor writes it', async () => {
    const data = join(cwd, 'supervised')
    await mkdir(data)
    const written = {
      mqtt: { username: 'me', password: 'pä\u{1f600}"\\', port: 1884 },
      simulate: true,
      panel: {},
      plugins: [],
    }
    for (const indent of [undefined, 2, '\t']) {
      await writeFile(join(data, 'options.json'), JSON.stringify(written, null, indent))
      const { options } = await load(['--data', data], { SUPERVISOR_TOKEN: 'x', TZ: 'UTC' })
      expect(options.mqtt).toMatchObject(written.mqtt)
      expect(options.simulate).toBe(true)
    }
    await writeFile(join(data, 'options.json'), '{"mqtt": {"prot": 1}}')
    expect(await failure(load(['--data', data], { SUPERVISOR_TOKEN: 'x', TZ: 'UTC' }))).toBe(
      'options file "options.json", line 1, column 11: unknown option "mqtt.prot"; did you mean "mqtt.port"?',
    )
    expect((await load(['--data', data], { TZ: 'UTC' })).options.mqtt.port).toBe(1883)
  })
})

describe('a wrong value gives one message with option, value, place and what would do', () => {
  test.each([
    [
      'panel: { port: abc }',
      'panel.port: found "abc" (options file "home.yaml", line 1, column 16), expected a whole number from 0 to 65535 (0: any free port)',
    ],
    ['panel: { port: 65536 }', /^panel\.port: found 65536 /],
    ['panel: { port: -1 }', /^panel\.port: found -1 /],
    ['panel: { port: 80.5 }', /^panel\.port: found 80\.5 /],
    ['panel: { port: 0x50 }', /^panel\.port: found "0x50" /],
    ['panel: { port: [1] }', /^panel\.port: found a list \(/],
    ['panel: { port: { a: 1 } }', /^panel\.port: found more options below it \(/],
    ['panel: 5', /^panel: found "5" \(.*\), expected options: port, host, auth, hosts, set_up_again$/],
    ['panel: [port]', /^panel: found a list \(/],
    ['panel: { hosts: nas.local }', /^panel\.hosts: found "nas\.local" .* expected a list of host names$/],
    ['panel: { hosts: [nas.local, a b] }', /^panel\.hosts: found \["nas\.local","a b"\] /],
    ['panel: { hosts: [[a]] }', /^panel\.hosts: found a list /],
    ['panel: { auth: open }', /^panel\.auth: found "open" .* expected ingress, password or none$/],
    ['panel: { host: "" }', /^panel\.host: found "" .* expected an address or host name$/],
    ['log_level: loud', /expected debug, info, warn or error$/],
    ['simulate: sometimes', /expected auto, always, never, true or false$/],
    [
      'public_url: nas.local:8098',
      /^public_url: .* expected an address that begins with http:\/\/ or https:\/\//,
    ],
    ['public_url: ftp://nas.local', /^public_url: /],
    ['public_url: http://', /^public_url: /],
    ['mqtt: { url: broker.local }', /^mqtt\.url: .* expected auto, embedded, mqtt:\/\/host:port or mqtts/],
    ['mqtt: { url: http://broker.local }', /^mqtt\.url: /],
    ['mqtt: { url: mqtt://broker.local/path }', /^mqtt\.url: /],
    ['mqtt: { url: mqtt://broker:99999 }', /^mqtt\.url: /],
    ['mqtt: { base_topic: a/# }', /^mqtt\.base_topic: found "a\/#" /],
    ['mqtt: { base_topic: + }', /^mqtt\.base_topic: /],
    ['mqtt: { base_topic: $SYS }', /^mqtt\.base_topic: /],
    ['mqtt: { base_topic: /yoto }', /^mqtt\.base_topic: /],
    ['mqtt: { base_topic: "" }', /^mqtt\.base_topic: /],
    [
      'mqtt: { base_topic: homeassistant }',
      /^mqtt\.base_topic: .* expected another topic than that of mqtt\.discovery_prefix$/,
    ],
    [
      'mqtt: { discovery_prefix: yoto }',
      /^mqtt\.base_topic: found "yoto" \(the default\), expected another topic/,
    ],
    [
      'location: { latitude: 91, longitude: 1 }',
      /^location\.latitude: found 91 .* expected degrees from -90 to 90$/,
    ],
    [
      'timezone: Mars/Olympus',
      /^timezone: found "Mars\/Olympus" .* expected the name of a time zone such as Europe\/Berlin$/,
    ],
    ['timezone: "+02:00"', /^timezone: /],
    ['trusted_proxies: [10.0.0.0/33]', /^trusted_proxies: /],
    ['trusted_proxies: [all]', /^trusted_proxies: /],
    ['plugins: [../evil]', /^plugins: /],
    ['homeassistant: { allow: [Light] }', /^homeassistant\.allow: /],
    ['media: { upload_limit_mb: 0 }', /^media\.upload_limit_mb: /],
    [
      'panel: { port: 1883 }',
      /^mqtt\.port: found 1883 \(the default\), expected another port than that of panel\.port$/,
    ],
    [
      'mqtt: { url: embedded, port: 8098 }',
      /^mqtt\.port: .* expected another port than that of media\.port$/,
    ],
    [
      'mqtt: { username: me }',
      'mqtt.username: found "me" (options file "home.yaml", line 1, column 19), expected mqtt.password beside it: the embedded broker asks for both or for neither',
    ],
    [
      'mqtt: { url: embedded, password: hunter2 }',
      /^mqtt\.password: found a value that is not shown here .* expected mqtt\.username beside it/,
    ],
    [
      'mqtt: { url: mqtt://nas.local, password: hunter2 }',
      /^mqtt\.password: found a value that is not shown here .* expected mqtt\.username beside it/,
    ],
    [
      'mqtt: { url: mqtt://nas.local, ca: ca.pem }',
      /^mqtt\.ca: found "ca\.pem" .* expected mqtts:\/\/ in mqtt\.url beside it/,
    ],
    ['media: { port: 8099 }', /^media\.port: found 8099 .* expected another port than that of panel\.port$/],
    ['speech: { wyoming_url: tcp://host }', /^speech\.wyoming_url: /],
    ['speech: { provider: Robot }', /^speech\.provider: found "Robot".* or the name of a speech provider/],
    ['speech: { language: deutsch }', /^speech\.language: found "deutsch".*such as de or en-GB/],
    ['yoto: { mqtt_url: https://x }', /^yoto\.mqtt_url: /],
    ['yoto: { client_id: "" }', /^yoto\.client_id: found "" /],
    [`yoto: { api_url: "${'x'.repeat(5000)}" }`, /^yoto\.api_url: found "x{79}… \(5002 characters\) \(/],
    ['yoto: { api_url: "x\\n\\e[31m" }', /^yoto\.api_url: found "x\\n\\u001b\[31m" /],
  ])('%.60s', async (text, expected) => {
    const message = await failure(loadFile(text))
    if (typeof expected === 'string') expect(message).toBe(expected)
    else expect(message).toMatch(expected)
  })

  test.each<[Env, RegExp | string]>([
    [
      { YOTO_STREAM_MEDIA_PORT: 'http' },
      'media.port: found "http" (environment variable YOTO_STREAM_MEDIA_PORT), expected a whole number from 0 to 65535 (0: any free port)',
    ],
    [
      { YOTO_STREAM_PANEL_PROT: '1' },
      'unknown environment variable "YOTO_STREAM_PANEL_PROT"; did you mean "YOTO_STREAM_PANEL_PORT"?',
    ],
    [{ YOTO_STREAM_: '1' }, /^unknown environment variable "YOTO_STREAM_"/],
    [
      { YOTO_STREAM_PLUGINS: 'a,B C' },
      /^plugins: found \["a","B C"\] \(environment variable YOTO_STREAM_PLUGINS\)/,
    ],
    [
      { TZ: 'Berlin' },
      'timezone: found "Berlin" (environment variable TZ), expected the name of a time zone such as Europe/Berlin',
    ],
  ])('%j', async (env, expected) => {
    const message = await failure(load([], { TZ: 'UTC', ...env }))
    if (typeof expected === 'string') expect(message).toBe(expected)
    else expect(message).toMatch(expected)
  })

  test('a wrong option in the file is told even where the environment overrides it', async () => {
    expect(await failure(loadFile('panel: { port: x }', { YOTO_STREAM_PANEL_PORT: '1' }))).toMatch(
      /home\.yaml/,
    )
  })

  test('and never shows a password', async () => {
    const secrets: [string, Env][] = [
      ['mqtt: { password: [hunter2] }', {}],
      ['mqtt: { password: { hunter2: 1 } }', {}],
      ['mqtt: { password: *hunter2 }', {}],
      ['mqtt: { password: !hunter2 x }', {}],
      ['mqtt:\n  password: hunter2: x\n', {}],
      ['mqtt:\n  password: "hunter2\n', {}],
      ['mqtt: { url: "mqtt://me:hunter2@broker" }', {}],
      ['mqtt: { url: "mqtt://me:hunter2/@x@broker" }', {}],
      ['public_url: http://me:hunter2@host', {}],
      ['', { YOTO_STREAM_MQTT_URL: 'mqtt://me:hunter2@broker' }],
    ]
    for (const [text, env] of secrets)
      expect(await failure(loadFile(text, { TZ: 'UTC', ...env })), text).not.toContain('hunter2')
  })
})

describe('nothing listens beyond this machine without a guard', () => {
  test.each([
    '0.0.0.0',
    '::',
    '192.168.1.2',
    'nas.local',
    '127.0.0.1.example.com',
    '::ffff:10.0.0.1',
    '[::1]',
    '127.1',
  ])('auth none with the host %s is refused', async (host) => {
    expect(await failure(load([], { TZ: 'UTC', YOTO_STREAM_PANEL_HOST: host }))).toMatch(/^panel\.host: /)
  })

  test.each(['127.0.0.1', '127.8.8.8', '::1', 'localhost', '::ffff:127.0.0.1'])(
    'auth none with the host %s is fine',
    async (host) => {
      expect((await load([], { TZ: 'UTC', YOTO_STREAM_PANEL_HOST: host })).options.panel.host).toBe(host)
    },
  )

  test('auth none under the Supervisor is refused, unless it is bound to this machine', async () => {
    const env = { TZ: 'UTC', SUPERVISOR_TOKEN: 'x', YOTO_STREAM_PANEL_AUTH: 'none' }
    expect(await failure(load([], env))).toMatch(
      /^panel\.host: found "0\.0\.0\.0" \(the default\), expected a loopback address/,
    )
    await load([], { ...env, YOTO_STREAM_PANEL_HOST: '127.0.0.1' })
  })

  test('where people sign in with a password it may listen everywhere', async () => {
    for (const host of ['127.0.0.1', '0.0.0.0', 'nas.local']) {
      const { options } = await loadFile(`panel: { auth: password, host: ${host} }`)
      expect(options.panel).toMatchObject({ auth: 'password', host })
    }
  })

  test('and so may the direct door, on a port of its own', async () => {
    expect((await loadFile('direct: { port: 8097 }')).options.direct.port).toBe(8097)
    expect(await failure(loadFile('direct: { port: 8099 }'))).toBe(
      'direct.port: found 8099 (options file "home.yaml", line 1, column 17), expected another port than that of panel.port',
    )
    expect(await failure(loadFile('direct: { port: 1883 }'))).toMatch(
      /^mqtt\.port: .* expected another port than that of direct\.port$/,
    )
  })

  test.each([
    ['speech: { provider: wyoming }', 'speech.wyoming_url beside it: '],
    ['speech: { provider: home_assistant }', 'homeassistant.url and homeassistant.token beside it, '],
  ])('and so does a voice that nobody can ask: %s', async (text, expected) => {
    const message = await failure(loadFile(text))
    expect(message).toMatch(
      /^speech\.provider: found "(wyoming|home_assistant)" \(options file "home\.yaml", /,
    )
    expect(message).toContain(`, expected ${expected}`)
  })

  test.each([
    [
      '{ url: "http://ha:8123" }',
      'homeassistant.url: found "http://ha:8123"',
      'homeassistant.token beside it',
    ],
    ['{ token: abc }', 'homeassistant.token: found a value that is not shown', 'homeassistant.url beside it'],
    ['{ url: "http://ha:8123/lovelace/0", token: abc }', 'homeassistant.url: found', 'without a path'],
    ['{ url: "ha:8123", token: abc }', 'homeassistant.url: found', 'begins with http:// or https://'],
  ])('half a way to Home Assistant is refused: %s', async (text, found, expected) => {
    const message = await failure(loadFile(`homeassistant: ${text}`))
    expect(message).toContain(found)
    expect(message).toContain(expected)
    expect(message).not.toContain('abc')
  })

  test.each<[string, Record<string, string>, Options['speech']]>([
    [
      'speech: { provider: home_assistant }\nhomeassistant: { url: "http://ha:8123", token: abc }',
      { TZ: 'UTC' },
      { provider: 'home_assistant', wyoming_url: null, voice: null, language: null },
    ],
    [
      'speech: { provider: espeak, voice: de }',
      { TZ: 'UTC' },
      { provider: 'espeak', wyoming_url: null, voice: 'de', language: null },
    ],
    [
      'speech: { provider: wyoming, wyoming_url: "tcp://nas:10200" }',
      { TZ: 'UTC' },
      { provider: 'wyoming', wyoming_url: 'tcp://nas:10200', voice: null, language: null },
    ],
    [
      'speech: { provider: home_assistant, voice: tts.piper, language: en-GB }',
      { TZ: 'UTC', SUPERVISOR_TOKEN: 'x' },
      { provider: 'home_assistant', wyoming_url: null, voice: 'tts.piper', language: 'en-GB' },
    ],
    [
      'speech: { provider: robot }',
      { TZ: 'UTC' },
      { provider: 'robot', wyoming_url: null, voice: null, language: null },
    ],
  ])('while %s is taken', async (text, env, speech) => {
    expect((await loadFile(text, env)).options.speech).toEqual(speech)
  })

  test('and so does half of a place', async () => {
    expect((await loadFile('location: { latitude: 51.5, longitude: 0 }')).options.location).toEqual({
      latitude: 51.5,
      longitude: 0,
    })
    expect(await failure(loadFile('location: { longitude: 0 }'))).toMatch(
      /^location\.longitude: found 0 .*, expected location\.latitude beside it: /,
    )
  })

  test('while proxies may be trusted', async () => {
    const { options } = await loadFile('trusted_proxies: [10.0.0.0/8, "fd00::/8", 192.168.1.2]')
    expect(options.trusted_proxies).toEqual(['10.0.0.0/8', 'fd00::/8', '192.168.1.2'])
    const env = { TZ: 'UTC', YOTO_STREAM_TRUSTED_PROXIES: '10.0.0.1, fd00::/8' }
    expect((await load([], env)).options.trusted_proxies).toEqual(['10.0.0.1', 'fd00::/8'])
  })

  test('while it may be written down with its default', async () => {
    const text =
      'direct: { port: off }\nplugins: []\nspeech: { provider: none }\nmedia: { upload_limit_mb: 2048 }\nlocation: { latitude: }\n'
    expect((await loadFile(text)).options.direct.port).toBeNull()
  })

  test('a broker of its own may have any port, and a user without a password', async () => {
    const { options } = await loadFile('mqtt: { url: mqtt://nas.local, port: 8098, username: me }')
    expect(options.mqtt).toMatchObject({ port: 8098, username: 'me' })
    await loadFile('mqtt: { port: 8098, username: me }', { TZ: 'UTC', SUPERVISOR_TOKEN: 'x' })
  })
})

describe('an options file that cannot be used gives one clear message', () => {
  test('when it is missing, a folder, unreadable, endless or no text', async () => {
    expect(await failure(load(['--options', 'nope.yaml']))).toBe(
      'options file "nope.yaml": there is no such file',
    )
    await mkdir(join(cwd, 'folder.yaml'))
    expect(await failure(load(['--options', 'folder.yaml']))).toBe(
      'options file "folder.yaml": that is a folder, not a file',
    )
    expect(await failure(loadFile(new Uint8Array([0xff, 0xfe, 0x00])))).toMatch(/not a text in UTF-8$/)
    expect(await failure(loadFile('#'.repeat(2 ** 20 + 1)))).toMatch(/larger than 1 MiB/)
  })

  test.skipIf(process.getuid?.() === 0)('when this user may not read it (not as root)', async () => {
    await writeFile(join(cwd, 'closed.yaml'), '')
    await chmod(join(cwd, 'closed.yaml'), 0)
    expect(await failure(load(['--options', 'closed.yaml']))).toMatch(/this user may not read it$/)
  })

  test.each([
    [
      '- a\n- b',
      'the whole file: found a list (options file "home.yaml", line 1, column 1), expected options: ',
    ],
    ['just words', 'the whole file: found "just words" ('],
    ['panel: {', 'options file "home.yaml", line 1, column 9: '],
    ['a: b: c', 'options file "home.yaml", line 1, column '],
    ['panel:\n\tport: 1', 'options file "home.yaml", line 2, column 1: '],
    [
      'log_level: info\nlog_level: debug',
      'options file "home.yaml", line 2, column 1: Map keys must be unique',
    ],
    [
      '{"simulate": true, "simulate": false}',
      'options file "home.yaml", line 1, column 20: Map keys must be unique',
    ],
    ['log_level: !loud x', 'options file "home.yaml", line 1, column 12: a tag (!…) means nothing here'],
    ['log_level: *level', 'options file "home.yaml", line 1, column 12: no anchor (&…) has this name'],
    ['log_level: info\n---\nlog_level: info', 'options file "home.yaml", line 2, column 1: '],
    ['? [a]\n: 1', 'options file "home.yaml", line 1, column '],
    [
      'pannel: { port: 1 }',
      'options file "home.yaml", line 1, column 1: unknown option "pannel"; did you mean "panel"?',
    ],
    [
      'panel:\n  Host: x',
      'options file "home.yaml", line 2, column 3: unknown option "panel.Host"; did you mean "panel.host"?',
    ],
    [
      'upload_limit_mb: 1',
      'options file "home.yaml", line 1, column 1: unknown option "upload_limit_mb"; did you mean media.upload_limit_mb?',
    ],
    [
      'panel.port: 1',
      'options file "home.yaml", line 1, column 1: unknown option "panel.port"; write each part on a line of its own: "panel:", then below it "port:"',
    ],
    [
      'panel: { colour: red }',
      'options file "home.yaml", line 1, column 10: unknown option "panel.colour"; known: panel.port, panel.host, panel.auth, panel.hosts',
    ],
    ['__proto__: { port: 1 }', 'options file "home.yaml", line 1, column 1: unknown option "__proto__"'],
    ['constructor: 1', 'options file "home.yaml", line 1, column 1: unknown option "constructor"'],
    [
      'panel: { toString: 1 }',
      'options file "home.yaml", line 1, column 10: unknown option "panel.toString"',
    ],
    ['? ""\n: 1', 'options file "home.yaml", line 1, column 3: unknown option ""'],
  ])('%j', async (text, start) => {
    expect((await failure(loadFile(text))).slice(0, start.length)).toBe(start)
  })

  test('while an empty one, or one with comments only, is no options', async () => {
    for (const text of ['', '\n', '# nothing\n', 'null', '{}', '\ufeffpanel:\n'])
      expect((await loadFile(text)).options.panel.port).toBe(8099)
  })

  test('and anchors cannot blow it up', async () => {
    const lines = [
      'a0: &a0 [x]',
      ...Array.from({ length: 30 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]`),
    ]
    expect(await failure(loadFile(lines.join('\n')))).toMatch(/unknown option "a0"/)
    expect(await failure(loadFile('panel: &p\n  hosts: &h [*h]\n'))).toMatch(/^(panel\.hosts: |options file)/)
    expect(await failure(loadFile('panel: &p { panel: *p }'))).toMatch(/unknown option "panel\.panel"/)
  })
})

describe('the command line', () => {
  test('takes known words and flags in any order', async () => {
    const { command, args, json } = await load(['--json', 'check', 'a', '--data', 'd', 'b'], { TZ: 'UTC' }, [
      'check',
    ])
    expect({ command, args, json }).toEqual({ command: 'check', args: ['a', 'b'], json: true })
    expect((await load(['run'])).command).toBeNull()
  })

  test.each([
    [['--prot', '1'], /^unknown argument "--prot"; known: --options, --data, --config, --media, --json$/],
    [['--optoins', 'x'], /^unknown argument "--optoins"; did you mean "--options"\?$/],
    [['-d', 'x'], /^unknown argument "-d"/],
    [['--no-json'], /^unknown argument "--no-json"/],
    [['--__proto__', 'x'], /^unknown argument "--__proto__"/],
    [['--data'], /^argument --data: found nothing, expected a folder behind it$/],
    [['--data='], /^argument --data: found nothing/],
    [['--options', '--json'], /^argument --options: found "--json", expected a file behind it$/],
    [['--json=no'], /^argument --json: found "no", expected no value$/],
    [['--data', 'a', '--data', 'b'], /^argument --data: given twice$/],
    [
      ['--data', 'a\0b'],
      /^folders\.data: found "a\\u0000b" \(argument --data\), expected the path of a folder$/,
    ],
    [['rnu'], /^unknown command "rnu"; did you mean "run"\?$/],
    [['chek'], /^unknown command "chek"; did you mean "check"\?$/],
    [['dance'], /^unknown command "dance"; known: run, check$/],
    [['run', 'away'], /^command run: found "away", expected nothing behind it$/],
  ])('%j is refused', async (argv, expected) => {
    expect(await failure(load(argv, { TZ: 'UTC' }, ['check']))).toMatch(expected)
  })
})

test('every option has a help text and says what it expects', () => {
  for (const [path, schema] of knownOptions) {
    expect(schema.description, path).toMatch(/\.$/)
    expect(schema.expected, path).toBeTruthy()
  }
})
