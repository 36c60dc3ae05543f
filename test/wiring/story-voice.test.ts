import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Story } from '../../src/core/story.ts'
import { StoryVoice } from '../../src/wiring/story-voice.ts'
import { compiledStory } from '../stories/stories.ts'
import { testWith } from '../support/programs.ts'
import { recordingLog } from '../support/recording-log.ts'
import { type RunningApp, runApp } from '../support/running-app.ts'
import { StandInSupervisor } from '../support/stand-in-supervisor.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { spoken, tone, type WyomingServer, wyomingEvent, wyomingServer } from '../support/wyoming-server.ts'

// Only a machine with much else to do needs as long.
const within = { timeout: 30_000 }

let data: string
let server: WyomingServer
let house: RunningApp | undefined

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'story-voice-'))
  server = await wyomingServer((socket) => void socket.write(spoken(tone(0.5))))
})

afterEach(async () => {
  await house?.stop()
  house = undefined
  await server.stop()
  await rm(data, { recursive: true, force: true })
})

const owl = `stories:
  owl:
    audio: stories
    scenes:
      night: {play: forest.mp3, say: Has a file., ask: {say: "Left, or right?"}, left: wood, right: wood, silence: wood}
      wood: {say: You are in the wood., again: {say: The wood again.}, ending: wood}
`

/** The whole product with that one story. */
async function started(env: Record<string, string>, homeAssistant?: StandInSupervisor): Promise<RunningApp> {
  await mkdir(join(data, 'config'), { recursive: true })
  await writeFile(join(data, 'config', 'owl.yaml'), owl)
  const { supervisor } = homeAssistant ?? {}
  house = await runApp({ data, env, ...(supervisor === undefined ? {} : { supervisor }) })
  return house
}

const saidBy = ({ log }: Pick<RunningApp, 'log'>) =>
  log.lines.flatMap(({ part, level, message }) => (part === 'speech' ? [`${level} ${message}`] : []))
const problems = async ({ call }: RunningApp) =>
  ((await call('GET', '/health')).body as { problem_names: string[] }).problem_names
const withVoice = () => ({
  YOTO_STREAM_SPEECH_PROVIDER: 'wyoming',
  YOTO_STREAM_SPEECH_WYOMING_URL: server.url,
})

describe('what a story says that no file has', () => {
  testWith(
    ['ffmpeg'],
    'is made in the background as the product starts, and when more of it is written',
    async () => {
      const app = await started(withVoice())
      await expect.poll(() => saidBy(app), within).toContain('info 3 of 3 texts made')
      expect(saidBy(app)).toEqual([
        'info 3 texts of stories: those that are missing are made',
        'info 3 of 3 texts made',
      ])
      expect(server.asked.map(({ data }) => data.text).toSorted()).toEqual([
        'Left, or right?',
        'The wood again.',
        'You are in the wood.',
      ])
      expect((await readdir(join(data, 'speech'))).filter((name) => name.endsWith('.mp3'))).toHaveLength(3)
      await writeFile(join(data, 'config', 'owl.yaml'), owl.replace('in the wood', 'among trees'))
      await expect.poll(() => server.asked.length, within).toBe(4)
      await expect
        .poll(() => saidBy(app).filter((line) => line === 'info 3 of 3 texts made'), within)
        .toHaveLength(2)
      expect(await problems(app)).not.toContain('speech')
    },
  )

  testWith(
    ['ffmpeg'],
    'is a problem while its voice fails, and none once that is well',
    { tags: 'slow' },
    async () => {
      const { answer } = server
      server.answer = (socket) => void socket.write(wyomingEvent('error', { text: 'no model' }))
      const app = await started(withVoice())
      await expect.poll(() => problems(app), within).toContain('speech')
      const { body } = (await app.call('GET', '/health')) as { body: { problems?: string[] } }
      expect(JSON.stringify(body)).toMatch(
        /stories cannot be said: the Wyoming server .* gives no sound: no model/,
      )
      await expect.poll(() => saidBy(app), within).toContain('info 0 of 3 texts made')
      expect(saidBy(app).filter((line) => line.startsWith('warn'))).toEqual([
        'warn texts cannot be said; it is tried again',
        'warn 3 texts of stories cannot be heard',
      ])
      server.answer = answer
      await expect.poll(() => saidBy(app), within).toContain('info 3 of 3 texts made')
      expect(await problems(app)).not.toContain('speech')
    },
  )

  test('does not keep the product from ending while its voice is slow', async () => {
    server.answer = () => undefined
    const app = await started(withVoice())
    await expect.poll(() => server.asked.length, within).toBe(2)
    const before = performance.now()
    await app.stop()
    expect(performance.now() - before).toBeLessThan(9_000)
    expect(await problems(app).catch(() => 'ended')).toBe('ended')
    await expect.poll(server.open, within).toBe(0)
  })

  test('needs no voice in Home Assistant either: nothing is wrong where it has none, and it is said once', async () => {
    const homeAssistant = await StandInSupervisor.start()
    const inHomeAssistant = {
      ...{ SUPERVISOR_TOKEN: 'x', YOTO_STREAM_PANEL_AUTH: 'none', YOTO_STREAM_PANEL_HOST: '127.0.0.1' },
      YOTO_STREAM_DIRECT_PORT: '0',
    }
    const app = await started(inHomeAssistant, homeAssistant)
    try {
      await expect.poll(() => saidBy(app), within).toContain('info 3 texts of stories cannot be heard')
      expect(saidBy(app).filter((line) => !line.startsWith('info'))).toEqual([])
      expect(await problems(app)).not.toContain('speech')
      expect(homeAssistant.asked).toContain('GET /core/api/states')
    } finally {
      await app.stop()
      await homeAssistant.stop()
    }
  })

  test('needs no voice: one line of the log says how to get one', async () => {
    const app = await started({})
    await expect.poll(() => saidBy(app), within).toHaveLength(1)
    expect(saidBy(app)[0]).toMatch(
      /^info 3 texts of stories have no audio: set speech\.provider to espeak, wyoming or home_assistant/,
    )
    expect(await problems(app)).not.toContain('speech')
    expect(server.asked).toEqual([])
  })
})

describe('the voice of stories', () => {
  const stories = async (text: string) => {
    const { story } = await compiledStory(`s: {scenes: {a: {say: "${text}", ending: x}}}\n`)
    return new Map<string, Story>([['s', story]])
  }

  /** A voice that notes what it is to say, and says how that came out. */
  function voiceThat(
    outcome: (texts: readonly string[]) => { readonly failed: number; readonly againInMs: number },
  ) {
    const clock = new VirtualClock()
    const log = recordingLog()
    const prepared: (readonly string[])[] = []
    const tidied: (readonly string[])[] = []
    let changed: (ruleSet: { stories: Map<string, Story> }) => void = () => undefined
    const voice = (current: Map<string, Story>) =>
      new StoryVoice({
        book: {
          current: { stories: current },
          onChange(listener) {
            changed = listener
            return () => undefined
          },
        },
        speech: {
          hasVoice: true,
          async prepare(texts) {
            prepared.push(texts)
            const { failed, againInMs } = outcome(texts)
            const ready = texts.length - failed
            return {
              ...{ texts: texts.length, ready, made: ready },
              failed: texts.slice(0, failed).map((text) => ({ text, reason: 'no' })),
              againAt: failed === 0 ? null : new Date(clock.now().getTime() + againInMs),
            }
          },
          async tidy(texts) {
            tidied.push(texts)
            return 0
          },
        },
        ...{ clock, log },
      })
    return {
      voice,
      clock,
      log,
      prepared,
      tidied,
      change: (now: Map<string, Story>) => changed({ stories: now }),
    }
  }

  test('is asked again when that is due, without a word while nothing is other', async () => {
    const { voice, clock, log, prepared, tidied } = voiceThat(() => ({ failed: 1, againInMs: 30_000 }))
    const one = voice(await stories('A'))
    one.start()
    await clock.advance(29_000)
    expect(prepared).toHaveLength(1)
    for (let at = 0; at < 10; at += 1) await clock.advance(30_000)
    expect(prepared).toHaveLength(11)
    expect(log.lines.map(({ message }) => message)).toEqual([
      '0 of 1 text made',
      '1 text of stories cannot be heard',
    ])
    expect(tidied).toHaveLength(11)
    await one.stop()
    await clock.advance(3_600_000)
    expect(prepared).toHaveLength(11)
  })

  test('is left alone by a change that changes no text', async () => {
    const { voice, clock, prepared, change } = voiceThat(() => ({ failed: 0, againInMs: 0 }))
    const one = voice(await stories('A'))
    one.start()
    await clock.advance(1_000)
    change(await stories('A'))
    await clock.advance(1_000)
    expect(prepared).toEqual([['A']])
    change(await stories('B'))
    await clock.advance(1_000)
    expect(prepared).toEqual([['A'], ['B']])
    await one.stop()
  })
})

describe('what a rule says', () => {
  const dinner = (says: string) => `inputs:
  dinner: {type: button}
rules:
  dinner:
    stream: den
    when:
      - input: dinner
    do:
      - say: ${says}
      - log: it was said
`
  const withRule = async (says: string, env: Record<string, string>) => {
    await mkdir(join(data, 'config'), { recursive: true })
    await writeFile(join(data, 'config', 'dinner.yaml'), dinner(says))
    house = await runApp({ data, env })
    await house.app.hub.mutateQueue('den', { op: 'append', files: ['clip:sea', 'clip:forest'] }, 'the test')
    return house
  }
  const press = ({ call }: RunningApp) => call('POST', '/inputs/dinner/press')
  const filesIn = ({ app }: RunningApp) => app.hub.queue('den')?.items.map(({ file }) => file)
  const heard = async ({ call }: RunningApp) => {
    const { body } = await call('GET', '/streams/den/queue')
    return (await (await fetch((body as { url: string }).url)).arrayBuffer()).byteLength
  }

  testWith(['ffmpeg'], 'is heard behind what plays, once the voice has said it', async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    server.answer = (socket) => void held.then(() => socket.write(spoken(tone(0.5))))
    const app = await withRule('Dinner is ready', withVoice())
    const before = await heard(app)
    await press(app)
    await expect.poll(() => server.asked.map(({ data }) => data.text), within).toEqual(['Dinner is ready'])
    expect(filesIn(app)).toEqual(['clip:sea', 'clip:forest'])
    release()
    await expect.poll(() => filesIn(app), within).toEqual(['clip:sea', 'say:Dinner is ready', 'clip:forest'])
    await expect.poll(() => app.log.lines.some(({ message }) => message === 'it was said'), within).toBe(true)
    // Half a second of words.
    expect((await heard(app)) - before).toBeGreaterThan(4_000)
  })

  test('fails with the reason where there is no voice, and the queue stays as it was', async () => {
    const app = await withRule('Dinner is ready', {})
    await press(app)
    await expect
      .poll(() => app.log.lines.map(({ detail }) => String(detail?.error ?? '')).join('\n'), within)
      .toContain('"Dinner is ready" cannot be said: no voice is set up: set speech.provider')
    expect(filesIn(app)).toEqual(['clip:sea', 'clip:forest'])
  })
})
