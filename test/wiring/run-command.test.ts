import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadOptions } from '../../src/options.ts'
import type { DryReport } from '../../src/rules/dry/report.ts'
import { openStorage } from '../../src/storage/storage.ts'
import { commands } from '../../src/wiring/commands.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const shipped = fileURLToPath(new URL('../../rules', import.meta.url))
const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

const rules = `players: {kids-room: y1, den: y2}
vars:
  coins: {start: 2, min: 0, max: 9}
inputs:
  party: {type: switch, name: Party}
playlists:
  forest: [clip:lullaby-one]
rules:
  dino:
    player: kids-room
    when: [{card: {inserted: 7JtVV}}]
    if: player.battery > 10
    do:
      - set: {coins: vars.coins + 1}
      - queue: {set: forest, stream: bedroom}
      - wait: 2h
      - mqtt: {topic: home/lamp, payload: "on"}
  elsewhere:
    player: den
    when: [{card: {inserted: 7JtVV}}]
    do: [{log: den}]
  dance:
    when: [{input: {name: party, to: true}}]
    do: [{queue: {set: forest, stream: bedroom, shuffle: true}}]
`

let home: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'yoto-run-'))
  for (const folder of ['config', 'media']) await mkdir(join(home, folder))
  await writeFile(join(home, 'config', 'a.yaml'), rules)
})

afterEach(() => rm(home, { recursive: true, force: true }))

const write = (text: string) => writeFile(join(home, 'config', 'a.yaml'), text)

/** The command line as the process gets it. */
async function run(...argv: string[]): Promise<string> {
  const loaded = await loadOptions({
    argv: ['run', ...argv, '--data', home],
    env: { TZ: 'Europe/Berlin' },
    cwd: '/',
    commands,
  })
  const command = commands.find(({ name }) => name === loaded.command) ?? expect.unreachable()
  const clock = new VirtualClock('2026-11-22T11:00:00Z')
  const { answer, failed } = await command.run({ ...loaded, shipped, cwd: home, clock })
  expect(failed).toBe(false)
  return answer
}

async function reported(...argv: string[]): Promise<DryReport> {
  return JSON.parse(await run('--dry', '--json', ...argv))
}

const dino = ['--at', '2026-11-24T23:29', '--player', 'kids-room', '--event', 'card.inserted=7JtVV']

describe('run --dry', () => {
  test('says that what is to be heard now is, and of a playlist without a file nothing', async () => {
    await write(`inputs: {bell: {type: switch}}
playlists: {ring: [clip:lullaby-one], none: {folder: nowhere}}
rules:
  bell:
    stream: bedroom
    when: [{input: {name: bell, to: true}}]
    do: [{queue: {now: ring}}, {queue: {now: none}}, {log: rung}]
`)
    const answer = await run('--dry', '--at', '2026-11-24T12:00', '--event', 'input.bell=true')
    const done = answer.split('\n').filter((line) => /puts|has the players|writes/.test(line))
    expect(done.map((line) => line.trim().replace(/^12:00:00 +(?:\d )?\s*/, ''))).toEqual([
      'puts ring into the stream bedroom, at once',
      'has the players that play the stream bedroom go on to its current item',
      'queue: puts none into the stream bedroom, at once',
      'log: writes "rung" into the log',
    ])
  })

  test('says what each rule does and when, over waits of hours, why others do not, and what is then', async () => {
    expect(await run('--dry', ...dino, '--state', 'battery=80')).toBe(
      `Dry run on 2026-11-24 at 23:29:00, by the clocks of Europe/Berlin: nothing leaves the house.
It begins with the start values of the files, for there is no store to read; chance by seed 1.
kids-room: stopped, without a card.

23:29:00  card.inserted=7JtVV
  dino (a.yaml:9) runs, because a card was put into kids-room
    it saw that player.battery is 80
    23:29:00  1 set: sets the variable coins
    23:29:00  2 queue: puts forest into the stream bedroom
    23:29:00  3 wait
    2026-11-25 01:29:00  4 mqtt: publishes "on" to home/lamp
  not meant: elsewhere (a.yaml:18): it is about the player den, not kids-room

At 2026-11-25 01:29:00 it is otherwise:
  stream bedroom: forest (1 item), clip:lullaby-one is due (was not there)
  var coins: 3 (was 2)
  player kids-room: playing, with the card 7JtVV (was stopped, without a card)
`,
    )
  })

  describe('without a word about the player or the card', () => {
    const twoStreams = `playlists: {forest: [clip:lullaby-one]}
schedules: {bedroom: {default: forest}, kitchen: {default: forest}}
rules:
  bell: {stream: kitchen, when: [{button: left}], do: [{log: bell}]}
  lamp: {player: den, when: [{mqtt: home/lamp}], do: [{log: lamp}]}
  rest: {enabled: false, stream: kitchen, when: [{button: right}], do: [{log: rest}]}
  walk: {stream: bedroom, when: [{button: right}], do: [{log: walked}]}
`
    test('a press happens on a card of the stream that the rule is about', async () => {
      await write(twoStreams)
      const answer = await run('--dry', '--at', '2026-11-24T12:00', '--event', 'button=right')
      expect(answer).toContain('walk (a.yaml:7) runs, because the right button was pressed on')
      expect(answer).toContain(
        'with a card of the stream bedroom. That is what the rule walk hears; --player, --state card=… and --state stream=… say otherwise.',
      )
    })

    test('it happens to the player that the rule is about, among several', async () => {
      await write(`players: {den: y1, kids-room: y2}
rules:
  hush: {player: kids-room, when: [{button: right}], do: [{log: hush}]}
  lamp: {player: den, when: [{button: left}], do: [{log: lamp}]}
`)
      const { player, parts } = await reported('--event', 'button=right')
      expect(player).toMatchObject({ name: 'kids-room', implied: 'hush' })
      expect(parts.flatMap(({ runs }) => runs).map(({ rule }) => rule)).toEqual(['hush'])
    })

    test('where nothing starts, the rules that come closest say what they miss', async () => {
      await write(twoStreams)
      const asked = ['--dry', '--at', '2026-11-24T12:00', '--player', 'somebody', '--state', 'stream=kitchen']
      const answer = await run(...asked, '--event', 'button=right')
      expect(answer).toContain(`  No rule is started by it. These come closest:
    rest (a.yaml:6): it is switched off
    walk (a.yaml:7): it hears cards of the stream bedroom, and that of kitchen is in somebody
    bell (a.yaml:4): it waits until the left button is pressed on a player of the stream kitchen
`)
      const other = await run(...asked, '--event', 'webhook.bell=ring')
      expect(other).toContain(`  No rule is started by it. These come closest:
    bell (a.yaml:4): it waits until the left button is pressed on a player of the stream kitchen
    lamp (a.yaml:5): it waits until a message comes under home/lamp on the local broker
`)
    })
  })

  test('what a clock starts every minute is one line, with what it does the first time', async () => {
    await write(`rules:
  chime: {when: [{every: 1m}], do: [{log: "It is \${now.time}"}]}
  never: {when: [{every: 1m}], if: [now.hour < 3], do: [{log: x}]}
  hourly: {when: [{time: ["18:30", "19:00"]}], do: [{log: gong}]}
`)
    const answer = await run('--dry', '--at', '2026-11-24T18:00', '--event', 'advance=60m')
    const [, part = ''] = answer.split('advance=60m\n')
    expect(
      part.split('\n\n')[0],
    ).toBe(`  never (a.yaml:3) does not run every minute, 60 times from 18:01:00 to 19:00:00: its condition \`now.hour < 3\` does not hold
    it saw that now.hour is 18
  chime (a.yaml:2) runs every minute, 60 times from 18:01:00 to 19:00:00; the first time:
    18:01:00  1 log: writes "It is 18:01" into the log
  hourly (a.yaml:4) runs, because it is 18:30
    18:30:00  1 log: writes "gong" into the log
  hourly (a.yaml:4) runs, because it is 19:00
    19:00:00  1 log: writes "gong" into the log`)
  })

  test('says in plain words what is done to a queue and to a player, by a rule and by a schedule', async () => {
    await write(`players: {kids-room: y1}
inputs: {go: {type: button}}
playlists: {forest: [clip:lullaby-one]}
schedules: {bedroom: {default: forest, slots: {night: {from: "19:00", to: "06:30", play: none}}}}
rules:
  goes:
    player: kids-room
    stream: bedroom
    when: [{input: go}]
    do:
      - skip: {stream: bedroom}
      - skip: {to: previous, stream: bedroom}
      - queue: clear
      - pause: kids-room
      - sleep_timer: 20m
      - ambient: "#30A000"
      - volume: 4
      - card: {start: 7JtVV, chapter: "03"}
      - ambient: {day: off, night: "#200800"}
`)
    const asked = ['--at', '2026-11-24T18:59', '--event', 'input.go=press', '--event', 'advance=2m']
    const { parts } = await reported(...asked, '--player', 'kids-room')
    const steps = parts.flatMap(({ runs }) => runs).flatMap((run) => run.steps)
    expect(steps.flatMap(({ effects }) => effects).map(({ words }) => words)).toEqual([
      'goes on to the next item of the stream bedroom',
      'goes back to the previous item of the stream bedroom',
      'empties the stream bedroom',
      'pauses kids-room',
      'sets the sleep timer of kids-room to 20 minutes',
      'sets the light of kids-room to #30a000',
      'sets the volume of kids-room to 4',
      'has kids-room play the card 7JtVV from chapter 03',
      'sets for kids-room the light by day to off and the light by night to #200800',
    ])
    const byClock = parts.flatMap(({ effects }) => effects).map(({ words }) => words)
    expect(byClock).toEqual(['puts forest into the stream bedroom', 'closes the stream bedroom'])
  })

  test('says of a rule that hears what no player did what it waits for, whichever player and stream it acts on', async () => {
    await write(`players: {den: y1, kids-room: y2}
rules:
  bell: {stream: bedroom, player: kids-room, when: [{mqtt: home/bell}], do: [{log: rung}]}
  other: {stream: bedroom, player: kids-room, when: [{mqtt: home/other}], do: [{log: rung}]}
`)
    const asked = ['--at', '2026-11-24T12:00', '--player', 'den', '--event', 'mqtt.home/bell=x']
    const { parts } = await reported(...asked)
    expect(parts[0]?.runs).toMatchObject([{ rule: 'bell', outcome: 'done' }])
    expect(parts[0]?.unmoved).toMatchObject([
      { rule: 'other', why: 'it waits until a message comes under home/other on the local broker' },
    ])
  })

  test('says why a rule did not run, with the values it looked at', async () => {
    const { parts } = await reported(...dino, '--state', 'battery=8')
    expect(parts[0]?.runs).toMatchObject([
      { rule: 'dino', outcome: 'did_not_run', saw: ['player.battery is 8'], steps: [] },
    ])
  })

  test('takes events in order, and moves the clock between them', async () => {
    const { parts, until } = await reported(
      ...[
        '--at',
        '12:30',
        '--event',
        'input.party=true',
        '--event',
        'advance=25m',
        '--event',
        'input.party=false',
      ],
    )
    expect(parts.map(({ event, at }) => [event, at])).toEqual([
      ['input.party=true', '2026-11-22T12:30:00+01:00'],
      ['advance=25m', '2026-11-22T12:30:00+01:00'],
      ['input.party=false', '2026-11-22T12:55:00+01:00'],
    ])
    expect(parts[0]?.runs).toMatchObject([{ rule: 'dance', outcome: 'done' }])
    expect(parts[2]?.runs).toEqual([])
    expect(until).toBe('2026-11-22T12:55:00+01:00')
  })

  test('the same seed brings the same chance, and another one another', async () => {
    const many = Array.from({ length: 12 }, (_, index) => `s${index}.mp3`)
    await write(rules.replace('[clip:lullaby-one]', `[${many.join(', ')}]`))
    for (const name of many) await writeFile(join(home, 'media', name), '')
    const due = async (seed: string) =>
      (await reported('--event', 'input.party=true', '--seed', seed)).changes.find(
        ({ kind }) => kind === 'queue',
      )?.to
    const seeds = ['1', '2', '3', '4', '5']
    const once = await Promise.all(seeds.map(due))
    expect(await Promise.all(seeds.map(due))).toEqual(once)
    expect(new Set(once).size).toBeGreaterThan(1)
  })

  test('begins with what the store remembers, and leaves it as it was, also where the product has it open', async () => {
    const log = recordingLog()
    const storage = await openStorage({ url: 'sqlite', folder: home, log })
    await storage.collection('vars').set('coins', 7)
    await storage.collection('rule-switches').set('elsewhere', false)
    const before = await readFile(join(home, 'store.sqlite'))
    const { began, changes, parts } = await reported(...dino, '--state', 'battery=80')
    expect(began).toBe('remembered')
    expect(changes).toContainEqual({ kind: 'var', name: 'coins', from: '7', to: '8' })
    expect(parts[0]?.unmoved).toMatchObject([{ rule: 'elsewhere', why: 'it is switched off' }])
    expect(await storage.collection('vars').get('coins')).toBe(7)
    expect(await readFile(join(home, 'store.sqlite'))).toEqual(before)
    await storage.close()
  })

  test('lets loops go round to their end while its clock stands, and hides no end of them', async () => {
    await write(`vars: {n: {start: 0, max: 9999}}
inputs: {go: {type: button}}
rules:
  goes:
    when: [{input: go}]
    do:
      - repeat: {times: 9, do: [{repeat: {times: 500, do: [{set: {n: vars.n + 1}}]}}]}
      - mqtt: {topic: home/alarm, payload: "\${now.time}"}
  later:
    when: [{time: "12:01"}]
    do: [{log: "\${vars.n} rounds"}]
`)
    const answer = await run('--dry', '--at', '2026-11-24T12:00', '--event', 'input.go=press')
    expect(answer).toMatch(/… and \d+ steps more, …/)
    expect(answer).toContain('publishes "12:00" to home/alarm')
    expect(answer).toContain('var n: 4500 (was 0)')
    expect(answer).toContain('At 12:00:00')
  })

  test('what goes round for ever is stopped and said', async () => {
    await write(`inputs: {a: {type: switch, name: A}}
rules:
  round:
    when: [{input: a}]
    do: [{set: {a: "not inputs.a"}}]
`)
    const { stopped } = await reported('--event', 'input.a=true')
    expect(stopped).toMatch(/^rule "round" was stopped: /)
  })

  test('what waits for more than a day still waits when it ends', async () => {
    await write(rules.replace('wait: 2h', 'wait: 2d'))
    const { waiting, until } = await reported(...dino, '--state', 'battery=80')
    expect(waiting).toEqual(['dino'])
    expect(until).toBe('2026-11-25T23:29:00+01:00')
  })
})

test.each<[string[], RegExp]>([
  [
    ['--event', 'x'],
    /^command run: it runs events dry alone, so add --dry\. To have it happen for real, press/,
  ],
  [
    ['--dry', '--event', 'buton=right'],
    /there is no such event - did you mean "button"\? \(what can be written: /,
  ],
  [
    ['--dry', '--player', 'den', '--event', 'button=rigth'],
    /expected one of left, .* - did you mean "right"\?/,
  ],
  [['--dry', '--event', 'button=right'], /which player is meant\? Name it with player: kids-room, den/],
  [['--dry', '--event', 'input.prty=true'], /there is no input "prty" - did you mean "input\.party"\?/],
  [['--dry', '--event', 'input.party=7'], /expected true or false/],
  [['--dry', '--event', 'input.__proto__=true'], /there is no input "__proto__"/],
  [['--dry', '--event', 'constructor=1'], /there is no such event/],
  [['--dry', '--event', 'ha.=on'], /there is no such event|an entity of Home Assistant/],
  [
    ['--dry', '--event', 'mqtt=test/bell'],
    /expected a topic without \+ and #, .* as in mqtt\.home\/party\/set=ON/,
  ],
  [['--dry', '--event', 'webhook=ring'], /expected the name of a webhook, as in webhook\.garden-bell=ring/],
  [['--dry', '--event', 'advance=9d'], /at most 8 days/],
  [['--dry', '--event', 'advance=0m'], /a length of time/],
  [['--dry', '--player', 'den', '--event', 'card.inserted=../..'], /a card id of five letters and digits/],
  [['--dry', '--player', 'den', '--event', 'card.inserted=stream:bedrom'], /expected a stream/],
  [['--dry', '--player', 'kid-room'], /there is no player "kid-room" - did you mean "kids-room"\?/],
  [['--dry', '--player', 'den', '--state', 'volume=17'], /^state: /],
  [['--dry', '--player', 'den', '--state', 'volum=1'], /volume/],
  [['--dry', '--state', 'volume'], /expected a name and a value such as volume=3/],
  [['--dry', '--at', '2026-02-30T10:00'], /^at: found "2026-02-30T10:00", expected a date and a time/],
  [['--dry', '--at', '9999-01-01T10:00'], /^at: found/],
  [['--dry', '--seed', '99999999999'], /expected a whole number/],
  [['--dry', '--at', '12:00', '--at', '13:00'], /--at: given twice/],
])('%j is refused with the way out', async (argv, message) => {
  await expect(run(...argv)).rejects.toThrow(message)
})

test('as a process of its own it opens no socket, writes no file, and ends with 0', async () => {
  const spy = join(home, 'spy.mjs')
  await writeFile(
    spy,
    `import net from 'node:net'
import dgram from 'node:dgram'
import fs from 'node:fs'
const refuse = (what) => () => { console.error('LEFT THE HOUSE: ' + what); process.exit(9) }
net.Socket.prototype.connect = refuse('connect')
net.Server.prototype.listen = refuse('listen')
dgram.createSocket = refuse('udp')
fs.promises.writeFile = refuse('write')
fs.writeFileSync = refuse('write')
fs.writeFile = refuse('write')
fs.createWriteStream = refuse('write')
`,
  )
  const facts = async () => {
    const names = await readdir(home, { recursive: true })
    return Promise.all(names.sort().map(async (name) => [name, (await stat(join(home, name))).mtimeMs]))
  }
  const before = await facts()
  const child = spawn(
    process.execPath,
    [
      '--import',
      pathToFileURL(spy).href,
      main,
      'run',
      '--dry',
      ...dino,
      '--state',
      'battery=80',
      '--data',
      home,
    ],
    { cwd: home, env: { PATH: process.env.PATH ?? '', TZ: 'Europe/Berlin' } },
  )
  let [said, wrong] = ['', '']
  child.stdout.on('data', (chunk) => {
    said += chunk
  })
  child.stderr.on('data', (chunk) => {
    wrong += chunk
  })
  const [code] = await once(child, 'close')
  expect(wrong).toBe('')
  expect(code).toBe(0)
  expect(said).toContain('2026-11-25 01:29:00  4 mqtt: publishes "on" to home/lamp')
  expect(await facts()).toEqual(before)
})
