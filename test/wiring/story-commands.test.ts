import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { loadOptions } from '../../src/options.ts'
import { commands } from '../../src/wiring/commands.ts'
import type { Terminal } from '../../src/wiring/terminal.ts'
import { dragonCave } from '../stories/stories.ts'
import { testWith } from '../support/programs.ts'

const shipped = fileURLToPath(new URL('../../rules', import.meta.url))
const indented = (text: string) => text.replace(/^(?=.)/gm, '  ')
const dragon = `stories:\n${indented(dragonCave)}`
const clips = ['gate', 'which-way', 'cave', 'forest', 'dragon', 'friends', 'run-home', 'goodnight']

let home: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'yoto-stories-'))
  await mkdir(join(home, 'config'))
  await mkdir(join(home, 'media'))
  for (const name of clips) await writeFile(join(home, 'media', `${name}.mp3`), '')
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(home, { recursive: true, force: true })
})

const write = (name: string, text: string) => writeFile(join(home, 'config', name), text)

type Typed = string | null | ((said: string) => Promise<string | null> | string | null)

const nothingMore = () => new Promise<null>(() => undefined)

/** A terminal at which somebody types that, and then the input ends. */
function scripted(typed: readonly Typed[], { keys = true } = {}) {
  const told = new AbortController()
  const left = [...typed]
  const terminal = { said: '', opened: [] as string[], closed: 0, tell: () => told.abort() }
  const made: Terminal = {
    takesKeys: keys,
    open(mode) {
      terminal.opened.push(mode)
      return {
        async next() {
          const one = left.length > 0 ? left.shift() : null
          return typeof one === 'function' ? one(terminal.said) : (one ?? null)
        },
        toldToEnd: told.signal,
        close: () => {
          terminal.closed += 1
        },
      }
    },
    write(text) {
      terminal.said += text
    },
  }
  return { terminal, made }
}

/** The command line as the process gets it. */
async function run(argv: readonly string[], terminal?: Terminal) {
  const loaded = await loadOptions({
    argv: [...argv, '--data', home],
    env: { TZ: 'Europe/Berlin' },
    cwd: '/',
    commands,
  })
  const command = commands.find(({ name }) => name === loaded.command) ?? expect.unreachable()
  return command.run({ ...loaded, shipped, cwd: home, clock: systemClock, ...(terminal && { terminal }) })
}

async function play(argv: readonly string[], typed: readonly Typed[], options?: { keys?: boolean }) {
  const { terminal, made } = scripted(typed, options)
  const { answer, failed } = await run(['play', ...argv], made)
  expect([answer, terminal.closed]).toEqual(['', 1])
  return { said: terminal.said, opened: terminal.opened, failed }
}

describe.each(['play', 'walk', 'graph'])('%s', (name) => {
  const { made } = scripted([null])

  test('takes the only story without its name, and lists several', async () => {
    await write('a.yaml', dragon)
    expect((await run([name], made)).failed).toBe(false)
    await write('b.yaml', 'stories: {moon: {scenes: {a: {say: Hi, ending: end}}}}\n')
    await expect(run([name], made)).rejects.toThrow('say which story: dragon-cave, moon')
    expect((await run([name, 'moon'], made)).failed).toBe(false)
  })

  test('says which stories there are where one is not, and what was meant', async () => {
    await expect(run([name], made)).rejects.toThrow('the rule files hold no stories')
    await write('a.yaml', dragon)
    await expect(run([name, 'dragn-cave'], made)).rejects.toThrow(
      'there is no story "dragn-cave" - did you mean "dragon-cave"? known: dragon-cave',
    )
    await expect(run([name, 'x'.repeat(500)], made)).rejects.toThrow(/^there is no story "x{39}…"; known: /)
    await expect(run([name, 'a', 'b'], made)).rejects.toThrow(
      `command ${name}: found "b", expected the name of one story and nothing more`,
    )
  })

  test('says which file is left out where the story may be in it', async () => {
    await write('a.yaml', dragon.replace('go: dragon}', 'go: dargon}'))
    await expect(run([name, 'dragon-cave'], made)).rejects.toThrow(
      'there is no story "dragon-cave" (a.yaml left out for errors, see the command check)',
    )
    await expect(run([name], made)).rejects.toThrow(/hold no stories \(a\.yaml left out/)
  })
})

describe('graph', () => {
  beforeEach(() => write('a.yaml', dragon))

  test('is for Mermaid, for Graphviz, or a list', async () => {
    const { answer } = await run(['graph'])
    expect(answer).toContain('  s0 -->|"left"| s1\n')
    expect(await run(['graph', '--mermaid'])).toEqual({ answer, failed: false })
    expect((await run(['graph', '--dot'])).answer).toMatch(/^digraph "dragon-cave" \{\n/)
    expect(JSON.parse((await run(['graph', '--json'])).answer)).toMatchObject({
      story: 'dragon-cave',
      scenes: expect.arrayContaining([{ id: 'cave', label: 'cave', exit: 'go' }]),
      ways: expect.arrayContaining([{ from: 'gate', to: 'cave', kind: 'left', label: 'left' }]),
    })
  })

  test('is one of them', async () => {
    for (const [one, other] of [
      ['--mermaid', '--dot'],
      ['--dot', '--json'],
    ] as const)
      await expect(run(['graph', one, other])).rejects.toThrow(
        `command graph: found ${one} and ${other}, expected one of them`,
      )
  })
})

describe('walk', () => {
  beforeEach(() => write('a.yaml', dragon))

  test('answers in words and for programs, the same by the same seed', async () => {
    const { answer, failed } = await run(['walk', '--random', '200', '--seed', '3'])
    expect(failed).toBe(false)
    expect(answer).toMatch(/^dragon-cave: 200 walks with random answers, by seed 3\.\n/)
    expect(await run(['walk', 'dragon-cave', '--random', '200', '--seed', '3'])).toEqual({ answer, failed })
    expect(JSON.parse((await run(['walk', '--json'])).answer)).toMatchObject({
      ...{ story: 'dragon-cave', asked: 1_000, walks: 1_000, seed: 1 },
      apart: ['goodnight'],
    })
  })

  test('fails where a walk did not end', async () => {
    // It goes wrong behind more situations than are searched through when the file is read.
    await write(
      'a.yaml',
      `stories:
  maze:
    vars: {a: {start: 0, max: 999}, b: {start: 0, max: 999}}
    scenes:
      hall: {say: A hall., left: {go: door, set: {a: a + 1}}, right: {go: door, set: {b: b + 1}}}
      door: {say: A door., branch: [{if: a + b < 250, go: hall}, {if: a > b, go: west}, {if: b > a, go: east}]}
      west: {say: Out., ending: west}
      east: {say: Out., ending: east}
`,
    )
    const { answer, failed } = await run(['walk', '--random', '200'])
    expect(answer).toMatch(/\nStuck in door: \d+ walks, the first by … .*door, hall (left|right)\.\n/)
    expect(failed).toBe(true)
  })

  test.each(['0', '100001', '-1', '1e3', 'many', '1000000'])('--random %s is refused', async (count) => {
    await expect(run(['walk', `--random=${count}`])).rejects.toThrow(
      /argument --random: found .*, expected a number of walks from 1 to 100,000/,
    )
  })

  test('a flag of several commands names them all', async () => {
    await expect(run(['plan', '--seed', '3'])).rejects.toThrow(
      'argument --seed goes with the commands run, play, walk alone',
    )
    await expect(run(['walk', '--seed', 'x'])).rejects.toThrow(
      'argument --seed: found "x", expected a whole number',
    )
  })
})

describe('play', () => {
  beforeEach(() => write('a.yaml', dragon))

  test('goes by the keys to an ending', async () => {
    const { said, opened, failed } = await play(['--seed', '1'], ['x', 'left'])
    expect(said).toBe(`The Dragon's Cave, chance by seed 1.
Keys: ← → answer (also l r, a d), ↓ or space says nothing, h starts again, q leaves.

gate
  plays gate.mp3
  asks which-way.mp3
  ← left   → right   ↓ say nothing
> left

cave
  gold is now 1
  brave is now yes
  plays cave.mp3

dragon
  plays dragon.mp3

friends
  because brave and gold > 0
  plays friends.mp3
  ending: happy

The end: happy. It went:
  gate left, cave, dragon, friends
`)
    expect([opened, failed]).toEqual([['keys'], false])
  })

  test.each([
    ['left', 'gate left'],
    ['l', 'gate left'],
    ['a', 'gate left'],
    ['right', 'gate right'],
    ['r', 'gate right'],
    ['d', 'gate right'],
    ['down', 'gate silence'],
    ['space', 'gate silence'],
  ])('takes the key %s for an answer', async (key, way) => {
    const { said } = await play(['--seed', '1'], [key, 'right'])
    expect(said.slice(said.indexOf('It went:'))).toContain(way)
  })

  test.each(['q', 'ctrl+c', 'ctrl+d'])('leaves by %s, and says where', async (key) => {
    const { said, failed } = await play([], [key])
    expect(said).toMatch(/> quit\n\nLeft in gate, with gold = 0, brave = no\. It went:\n {2}gate\n$/)
    expect(failed).toBe(false)
  })

  test('brings the same chance by the same seed, and starts again at any time', async () => {
    const typed = ['right', 'h', 'right', 'h', 'right', 'right', 'q']
    const { said } = await play(['--seed', '4'], typed)
    expect((await play(['--seed', '4'], typed)).said).toBe(said)
    const others = await Promise.all(
      [5, 6, 7, 8].map(async (seed) => (await play(['--seed', String(seed)], typed)).said),
    )
    const chance = (text: string) => text.match(/by chance.*/g)?.join()
    expect(new Set([said, ...others].map(chance)).size).toBeGreaterThan(1)
    expect((await play([], ['q'])).said).toMatch(/^The Dragon's Cave, chance by seed \d{1,5}\.\n/)
  })

  test('says that a button leads nowhere, and asks on', async () => {
    await write('a.yaml', 'stories: {a: {scenes: {b: {say: Go?, right: c}, c: {say: Gone., ending: end}}}}\n')
    const { said } = await play([], ['left', 'space', 'right'])
    expect(said).toContain(
      '  says: Go?\n  → right\n> left\n  left does nothing here\n> wait\n  it waits for an answer\n> right\n\nc\n',
    )
  })

  test('without a terminal reads a word a line, and ends with the input', async () => {
    const { said, opened, failed } = await play(['--seed', '1'], ['', ' HOME\r', 'lefft'], { keys: false })
    expect(opened).toEqual(['lines'])
    expect(said).toContain('\nType left, right, wait, home or quit, one word a line.\n')
    expect(said).toContain('\n  left, right or wait?\n> home\n\ngate\n')
    expect(said).toMatch(
      /\n {2}"lefft" is not known: type left, right, wait, home or quit\n\nThe input ended in gate, with gold = 0, brave = no\. It went:\n {2}gate\n$/,
    )
    expect(failed).toBe(false)
  })

  test('for programs is an object a line, and takes words at a terminal, too', async () => {
    const { said, opened } = await play(['--json', '--seed', '1'], ['left'])
    expect(opened).toEqual(['lines'])
    const lines = said
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map(({ type, scene }) => [type, scene])).toEqual([
      ['story', undefined],
      ['scene', 'gate'],
      ['press', undefined],
      ['scene', 'cave'],
      ['scene', 'dragon'],
      ['scene', 'friends'],
      ['end', 'friends'],
    ])
    expect(lines.at(-1)).toMatchObject({ end: 'ending', ending: 'happy', vars: { gold: 1, brave: true } })
    await expect(run(['play', '--json', '--sound'], scripted([]).made)).rejects.toThrow(
      'command play: found --sound and --json, expected one of them',
    )
  })

  test('needs somebody to talk with', async () => {
    await expect(run(['play'])).rejects.toThrow('command play: there is no terminal here')
  })

  test('leaves the terminal as it was where something breaks', async () => {
    const { terminal, made } = scripted([
      () => {
        throw new Error('broken')
      },
    ])
    await expect(run(['play'], made)).rejects.toThrow('broken')
    expect(terminal.closed).toBe(1)
  })
})

describe('a story that asks the house', () => {
  beforeEach(() =>
    write(
      'a.yaml',
      `vars: {party: true}
stories:
  s:
    scenes:
      door: {branch: [{if: now.hour >= 0, go: clock}, {if: vars.party, go: hall}, {go: yard}]}
      clock: {say: Tick., ending: clock}
      hall: {say: A party!, ending: hall}
      yard: {say: Nobody is there., ending: yard}
`,
    ),
  )

  test('is played where vars are as they start, and the clock is not known', async () => {
    const { said } = await play([], [])
    expect(said).toContain('hall\n  because vars.party\n  says: A party!')
  })

  test('is walked through in houses of all kinds', async () => {
    const { answer } = await run(['walk', '--random', '300', '--json'])
    const { endings } = JSON.parse(answer) as { endings: { name: string; count: number }[] }
    expect(endings.map(({ name }) => name).toSorted()).toEqual(['clock', 'hall', 'yard'])
    expect(Math.min(...endings.map(({ count }) => count))).toBeGreaterThan(50)
  })

  test('is no card and no pack, and loses that in Twee', async () => {
    await expect(run(['export', '--card'])).rejects.toThrow(
      'this is no card: a card cannot ask the house, as "door" does (now.hour)',
    )
    await expect(run(['export', '--studio', '--output', join(home, 's.zip')])).rejects.toThrow(
      'this is no pack: a box cannot ask the house, as "door" does (now.hour)',
    )
    const { notes } = await run(['export', '--twee'])
    expect(notes).toContain('not in Twee: what it asks the house is left out: now.hour, vars.party')
  })
})

describe('play with sound', () => {
  const sounds = (seconds: Readonly<Record<string, number>>) => {
    for (const [name, length] of Object.entries(seconds))
      execFileSync('ffmpeg', [
        ...['-loglevel', 'error', '-y', '-f', 'lavfi', '-i', 'anullsrc=sample_rate=8000:channel_layout=mono'],
        ...['-t', String(length), '-b:a', '8k', join(home, 'media', `${name}.mp3`)],
      ])
  }
  // There may be no loudspeaker; SDL has one that nobody hears.
  const unheard = () => vi.stubEnv('SDL_AUDIODRIVER', 'dummy')

  test('says once that nothing can play it, and goes on', async () => {
    await write('a.yaml', dragon)
    vi.stubEnv('PATH', home)
    const { said, failed } = await play(['--sound', '--seed', '1'], ['left'])
    expect(
      said.match(/ {2}\(nothing is heard: ffplay is not on the path; it comes with ffmpeg\)\n/g),
    ).toHaveLength(1)
    expect(said).toContain('The end: happy.')
    expect(failed).toBe(false)
  })

  testWith(['ffplay', 'ffmpeg'], 'a press stops what plays, and counts', async () => {
    unheard()
    sounds({ gate: 600, 'which-way': 600, cave: 600, dragon: 0.2, friends: 0.2 })
    await write('a.yaml', dragon)
    // To the end of one of these files nobody would wait; what only goes on is passed over.
    const { said } = await play(['--sound', '--seed', '1'], ['left', 'right', 'space', nothingMore])
    expect(said).toMatch(/\ngate\n(.*\n){3}> left\n\ncave\n/)
    expect(said).toMatch(/> right\n {2}right does nothing here\n/)
    expect(said).toContain('The end: happy.')
  })

  testWith(
    ['ffplay', 'ffmpeg'],
    'a scene that is to be heard out is, and its question may be answered at once',
    { tags: 'slow' },
    async () => {
      unheard()
      // Nobody would wait for the question to end.
      sounds({ gate: 1.5, 'which-way': 600, cave: 0.2 })
      await write(
        'a.yaml',
        'stories: {a: {scenes: {gate: {play: gate.mp3, ask: which-way.mp3, hear_out: true, left: cave}, cave: {play: cave.mp3, ending: end}}}}\n',
      )
      const begun = performance.now()
      const impatient = async () => {
        await new Promise((resolve) => setTimeout(resolve, 100))
        return 'left'
      }
      const { said } = await play(
        ['--sound'],
        Array.from({ length: 190 }, () => impatient),
      )
      expect(performance.now() - begun).toBeGreaterThan(1_500)
      expect(said).toContain('> left\n  too early: the scene is heard out first\n')
      expect(said).toMatch(/> left\n\ncave\n/)
      expect(said).toContain('The end: end.')
    },
  )

  testWith(
    ['ffplay', 'ffmpeg'],
    'finds files as everything does, and names what it cannot play',
    { tags: 'slow' },
    async () => {
      unheard()
      sounds({ gate: 0.2 })
      await writeFile(join(home, 'media', 'cave.mp3'), 'no sound at all')
      await writeFile(join(home, 'config', 'mine.mp3'), '')
      execFileSync('cp', [join(home, 'media', 'gate.mp3'), join(home, 'config', 'mine.mp3')])
      await write(
        'a.yaml',
        `stories:
  a:
    scenes:
      gate: {play: gate.mp3, go: mine}
      mine: {play: mine.mp3, go: clip}
      clip: {play: "clip:nothing-here-yet", go: cave}
      cave: {play: cave.mp3, ask: gate.mp3, left: cave, silence: gone}
      gone: {play: run-home.mp3, ending: end}
`,
      )
      const gone = async () => {
        await rm(join(home, 'media', 'run-home.mp3'))
        return 'wait'
      }
      const { said } = await play(['--sound'], ['left', gone], { keys: false })
      expect(said.match(/^ {2}\(.*$/gm)).toEqual([
        '  (cave.mp3 is not heard: Invalid argument)',
        '  (run-home.mp3 is not heard: there is no such file by itself)',
      ])
    },
  )

  testWith(['ffplay', 'ffmpeg'], 'says once that this machine has no sound', async () => {
    vi.stubEnv('SDL_AUDIODRIVER', 'there-is-none')
    sounds({ gate: 600, 'which-way': 600, cave: 600, dragon: 600, friends: 600 })
    await write('a.yaml', dragon)
    const { said } = await play(['--sound', '--seed', '1'], ['left'], { keys: false })
    expect(said.match(/^ {2}\(.*$/gm)).toEqual([expect.stringMatching(/^ {2}\(nothing is heard: /)])
    expect(said).toContain('The end: happy.')
  })

  testWith(['ffplay', 'ffmpeg'], 'falls silent when the process is told to end', async () => {
    unheard()
    sounds({ gate: 600 })
    await write('a.yaml', dragon)
    const { terminal, made } = scripted([nothingMore])
    setTimeout(() => terminal.tell(), 500)
    const { failed } = await run(['play', '--sound'], { ...made, takesKeys: false })
    expect(terminal.said).toContain('The input ended in gate')
    expect(failed).toBe(true)
  })
})

describe('test', () => {
  const moon = (ending: string) => `stories:
  moon:
    scenes:
      hill: {say: A hill., left: top, silence: home}
      top: {say: The moon!, ending: seen}
      home: {say: At home., ending: asleep}
    tests:
      climbs: {press: [left], expect: {ending: ${ending}}}
      sleeps: {press: [wait], expect: {scene: home}}
`

  test('runs the tests of stories, of a file that has no others', async () => {
    await write('a.yaml', moon('seen'))
    expect(await run(['test'])).toEqual({ answer: '2 tests: 2 passed, 0 failed\n', failed: false })
    await write(
      'b.yaml',
      'rules: {r: {stream: bedroom, when: [{button: right}], do: [{log: Hi}]}}\ntests: {t: {now: "2026-11-24T19:00:00", players: {kid: {playing: true}}, steps: [{press: right}, {expect: {log: Hi}}]}}\n',
    )
    expect(JSON.parse((await run(['test', '--json'])).answer).tests).toEqual([
      { id: 't', file: 'b.yaml', passed: true },
      { id: 'moon/climbs', file: 'a.yaml', passed: true },
      { id: 'moon/sleeps', file: 'a.yaml', passed: true },
    ])
  })

  test('shows the one that fails with its line', async () => {
    await write('a.yaml', `${moon('asleep')}`)
    const { answer, failed } = await run(['test'])
    expect(failed).toBe(true)
    expect(answer).toBe(`a.yaml:8:39 error[test/failed] moon/climbs: expected the ending asleep, came to seen
    8 |       climbs: {press: [left], expect: {ending: asleep}}
      |                                       ^^^^^^^^^^^^^^^^
   help: it went: hill left

2 tests: 1 passed, 1 failed
`)
    expect(JSON.parse((await run(['test', '--json'])).answer)).toMatchObject({
      tests: [
        { id: 'moon/climbs', passed: false },
        { id: 'moon/sleeps', passed: true },
      ],
      findings: [{ code: 'test/failed', file: 'a.yaml', line: 8 }],
    })
  })

  test('takes the scene of a carousel for where its options are offered', async () => {
    await write(
      'a.yaml',
      `stories:
  pick:
    scenes:
      shelf: {carousel: [{say: Cars., go: end}, {say: Dogs., go: end}], silence: end}
      end: {say: Bye., ending: end}
    tests:
      looks: {press: [left], expect: {scene: shelf}}
      takes: {press: [left, right], expect: {scene: end}}
      wrong: {press: [left, right], expect: {scene: shelf}}
`,
    )
    const { answer } = await run(['test'])
    expect(answer).toContain('pick/wrong: expected to come to shelf, came to end')
    expect(answer).toContain('\n3 tests: 2 passed, 1 failed\n')
  })
})
