import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { loadOptions } from '../src/options.ts'
import { commands } from '../src/wiring/commands.ts'
import { streamOf } from '../ui/route.ts'
import { listenTo, runApp, shipped, until } from './support/running-app.ts'
import { VirtualClock } from './support/virtual-clock.ts'

const rules = `players: {kinderzimmer-süd: ysimNurseryMini000000001}
vars:
  größe: {start: 2, max: 9}
  été: false
  ß: {start: 0, max: 3}
inputs:
  niños: {type: switch, name: Niños}
  lautstärke: {type: number, min: 0, max: 16}
  кухня: {type: switch, name: Кухня}
playlists:
  wiegenlieder-für-léa: [music/été.mp3]
calendar:
  day_sets: {fête: "weekends or date in ['12-03']"}
templates:
  grüßen:
    needs: {wörter: text}
    rule:
      when: [{input: {name: niños, to: true}}]
      do: [{log: "\${with.wörter}"}]
schedules:
  küche:
    default: wiegenlieder-für-léa
    slots:
      früh: {from: "06:00", to: "07:00", play: wiegenlieder-für-léa, days: [fête]}
rules:
  größer:
    player: kinderzimmer-süd
    stream: küche
    when: [{input: {name: niños, to: true}}]
    if: vars.größe < 5 and inputs.lautstärke < 9 and not vars.été and vars.ß == 0 and stream.name == 'küche'
    do:
      - set: {größe: vars.größe + 1}
      - queue: {set: wiegenlieder-für-léa}
      - log: "groß: \${vars.größe}"
  hallo: {use: grüßen, with: {wörter: Grüß Gott}}
stories:
  wölfe:
    start: höhle
    vars: {mut_größe: {start: 0, max: 3}}
    scenes:
      höhle: {play: clip:lullaby-one, set: {mut_größe: mut_größe + 1}, go: wald der ängste}
      wald der ängste: {play: clip:lullaby-two, ending: ende}
    tests:
      hin: {press: [wait], expect: {ending: ende, vars: {mut_größe: 1}}}
tests:
  es-wird-größer:
    now: "2026-11-24T19:00:00"
    stream: küche
    steps:
      - input: {niños: true}
      - expect: {vars.größe: 3, stream.playlist: wiegenlieder-für-léa}
`

let data: string

/** A household with that as its rules, and with a song whose accents stand apart from their letters, as a Mac writes it. */
async function household(text: string) {
  data = await mkdtemp(join(tmpdir(), 'own-letters-'))
  onTestFinished(() => rm(data, { recursive: true, force: true }))
  await mkdir(join(data, 'config'))
  await mkdir(join(data, 'media', 'music'), { recursive: true })
  await writeFile(join(data, 'config', 'häuser.yaml'), text)
  const song = join(data, 'media', 'music', 'été.mp3'.normalize('NFD'))
  await cp(join(shipped, 'audio', 'music', 'counting-song.mp3'), song)
}

/** The command line as the process gets it. */
async function answerOf(...argv: string[]): Promise<string> {
  const loaded = await loadOptions({
    argv: [...argv, '--data', data, '--media', join(data, 'media'), '--config', join(data, 'config')],
    env: { TZ: 'Europe/Berlin' },
    cwd: '/',
    commands,
  })
  const command = commands.find(({ name }) => name === loaded.command) ?? expect.unreachable()
  const clock = new VirtualClock('2026-11-22T11:00:00Z')
  const { answer } = await command.run({ ...loaded, shipped, cwd: data, clock })
  return answer
}

async function running(text: string) {
  await household(text)
  const house = await runApp({ data, pace: 1 })
  onTestFinished(() => house.remove())
  const broker = await listenTo(house.app.mqttUrl)
  onTestFinished(() => broker.stop())
  return { ...house, broker }
}

describe.each(['NFC', 'NFD'] as const)('a file of names in letters of any language, in %s', (form) => {
  beforeEach(() => household(rules.normalize(form)))

  test('has no finding, and its tests pass', async () => {
    expect(await answerOf('check')).toContain('1 file: 0 errors, 0 warnings, 0 infos')
    expect(await answerOf('test')).toContain('2 passed')
  })

  test('runs in a dry run and is explained, by names in either form', async () => {
    for (const niños of ['input.niños=true', 'input.niños=true'.normalize('NFD')]) {
      const said = await answerOf('run', '--dry', '--event', niños, '--player', 'kinderzimmer-süd')
      expect(said).toContain('größe')
      expect(said).toContain('"groß: 3"')
      expect(said).toContain('Grüß Gott')
      expect(said).toContain('wiegenlieder-für-léa')
    }
    expect(await answerOf('explain', 'größer'.normalize('NFD'))).toContain('the variable größe is below 5')
    expect(await answerOf('graph', 'wölfe'.normalize('NFD'))).toContain('wald der ängste')
  })
})

test('a name beyond ASCII is heard, asked for and commanded by its address', {
  timeout: 60_000,
}, async () => {
  const { app, call, broker, log } = await running(rules)
  const list = await call('GET', '/rules')
  expect(list.body).toMatchObject({ files: [{ file: 'häuser.yaml', findings: [] }] })

  // By REST, in either form and by its ASCII address.
  const files = ['music/été.mp3']
  expect(await call('POST', `/streams/${encodeURIComponent('küche')}/queue`, { files })).toMatchObject({
    status: 200,
    body: { queue: { name: 'küche', items: [{ state: 'ready' }, { state: 'ready' }] } },
  })
  for (const name of ['küche', 'küche'.normalize('NFD'), 'kuche']) {
    const { body } = await call('GET', `/streams/${encodeURIComponent(name)}/queue`)
    expect(body).toMatchObject({ name: 'küche', file_count: 2, url: expect.stringMatching(/^[\x20-\x7e]+$/) })
    const { url } = body as { url: string }
    expect((await fetch(url)).status).toBe(200)
    const audio = await fetch(`${app.panelUrl}/api/streams/${encodeURIComponent(name)}/stream.mp3`)
    expect(audio.status).toBe(200)
    expect((await audio.arrayBuffer()).byteLength).toBeGreaterThan(10_000)
  }

  // On the broker and in Home Assistant: ASCII alone.
  const state = await broker.first(
    ({ topic, payload }) => topic === 'yoto/stream/kuche/state' && payload !== '',
  )
  expect(JSON.parse(state.payload)).toMatchObject({ items: [{ file: 'music/été.mp3' }] })
  const device = await broker.first(
    ({ topic, payload }) =>
      topic === 'homeassistant/device/yoto_bridge/config' && payload.includes('stream_kuche__'),
  )
  const components: Record<string, Record<string, unknown>> = JSON.parse(device.payload).components
  const playlist = components.stream_kuche__playlist
  expect(playlist).toMatchObject({
    unique_id: 'yoto_bridge_stream_kuche__playlist',
    default_entity_id: 'select.yoto_stream_kuche_playlist',
    options: expect.arrayContaining(['wiegenlieder-für-léa']),
  })
  expect(components.input_ninos).toMatchObject({ command_topic: 'yoto/input/ninos/set', name: 'Niños' })
  for (const [key, { unique_id, default_entity_id, command_topic, state_topic }] of Object.entries(
    components,
  ))
    expect(`${key} ${unique_id} ${default_entity_id} ${command_topic} ${state_topic}`).toMatch(
      /^[\x20-\x7e]+$/,
    )
  expect(broker.heard.filter(({ topic }) => !/^[\x20-\x7e]+$/.test(topic))).toEqual([])

  // Commands by the topics.
  const { status } = await call('DELETE', '/streams/kuche/queue')
  expect(status).toBe(200)
  expect(app.hub.queue('küche')).toMatchObject({ items: [], playlist: null })
  await broker.say('yoto/stream/kuche/set', 'wiegenlieder-für-léa'.normalize('NFD'))
  await until('the stream plays the list', () => app.hub.queue('küche')?.playlist === 'wiegenlieder-für-léa')
  await broker.say('yoto/input/ninos/set', 'ON')
  await until('the rule ran', () => log.lines.some(({ message }) => message.includes('groß: 3')))
  const hex = Buffer.from('кухня').toString('hex')
  await broker.say(`yoto/input/hex-${hex}/set`, 'ON')
  await until('the input is on', () => app.hub.input('кухня')?.value === true)
})

test('the panel opens the page of such a stream by its address', () => {
  expect(streamOf(new URL('http://house/#/streams/küche').hash)).toBe('küche')
  expect(streamOf(`#/streams/${encodeURIComponent('кухня')}`)).toBe('кухня')
  expect(streamOf('#/streams/bedroom')).toBe('bedroom')
  expect(streamOf('#/streams/%E0%A4%A')).toBe(null)
})

test('two names that come to one address are refused, with both places', { timeout: 60_000 }, async () => {
  await household(`inputs:
  größe: {type: switch}
  grosse: {type: switch}
playlists: {songs: [music/été.mp3]}
schedules:
  küche: {default: songs}
rules:
  r: {stream: kuche, when: [{time: "07:00"}], do: [{queue: shuffle}]}
`)
  const said = await answerOf('check')
  expect(said).toContain(
    'häuser.yaml:2:3 error[ref/alike] topics and addresses call the input "größe" "grosse", as they call "grosse" (häuser.yaml:3)',
  )
  expect(said).toContain(
    'häuser.yaml:6:3 error[ref/alike] topics and addresses call the stream "küche" "kuche", as they call "kuche" (häuser.yaml:8)',
  )
  const { call } = await running(rules)
  const files = ['music/été.mp3']
  await call('POST', '/streams/Garten/queue', { files })
  await call('POST', `/streams/${encodeURIComponent('küche')}/queue`, { files })
  // What has the name already is asked for by its address, and another is not made beside it.
  expect(await call('POST', '/streams/kuche/queue', { files })).toMatchObject({
    status: 200,
    body: { queue: { name: 'küche' } },
  })
  expect((await call('GET', '/streams/queues')).body).toMatchObject({ queues: ['Garten', 'küche'] })
  const text = 'playlists: {songs: [music/été.mp3]}\nschedules: {Gartén: {default: songs}}\n'
  expect((await call('POST', '/rules/check', { file: 'neu.yaml', text })).body).toMatchObject({
    findings: [
      {
        line: 2,
        level: 'warning',
        code: 'ref/alike',
        message: expect.stringContaining('call "Garten" (a stream that is there already)'),
      },
    ],
  })
  expect(await call('POST', `/streams/${encodeURIComponent('Gartén')}/queue`, { files })).toMatchObject({
    status: 409,
    body: {
      error: {
        code: 'conflict',
        message:
          'stream "Gartén" was not made: topics and addresses call it "Garten", as they call the stream "Garten"; choose another name',
      },
    },
  })
})
