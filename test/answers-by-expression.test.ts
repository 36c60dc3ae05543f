import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { counting, forest, queueCardHouse, sea } from './support/queue-card-house.ts'
import { runApp } from './support/running-app.ts'
import { SleepingClock } from './support/sleeping-clock.ts'

const declared = `
vars:
  brave: false
inputs:
  party: {type: switch, name: Party}
calendar:
  country: GB
  day_sets:
    birthdays: date in ['11-21']
`
const without = `
inputs:
  party: {type: switch, name: Party}
`
// A Saturday.
const noon = '2065-11-21T12:00:00Z'

/** The product with the streams kitchen, anna and dreams, which are heard by the address of the first. */
async function houseOf(rules = declared, time = noon) {
  const data = await mkdtemp(join(tmpdir(), 'yoto-answers-'))
  await mkdir(join(data, 'config'), { recursive: true })
  const write = (text: string) => writeFile(join(data, 'config', 'house.yaml'), text)
  await write(rules)
  const clock = new SleepingClock(time)
  const start = async () => {
    const running = await runApp({ data, clock, env: { YOTO_STREAM_SIMULATE: 'never' } })
    const { call } = running
    const url = async () => ((await call('GET', '/streams/kitchen/queue')).body as { url: string }).url
    return {
      ...running,
      set: (...answers: object[]) => call('PUT', '/streams/kitchen/answers', { answers }),
      /** How many bytes of audio are at the address of the card. */
      heard: async () => (await (await fetch(await url())).arrayBuffer()).byteLength,
      health: async () =>
        (await call('GET', '/health')).body as { problems: string[]; problem_names: string[] },
      rewrite: async (text: string) => {
        await write(text)
        expect(await call('POST', '/rules/reload', {})).toMatchObject({ status: 200 })
      },
    }
  }
  let house = await start()
  onTestFinished(() => house.remove())
  await house.app.hub.mutateQueue('kitchen', { op: 'append', files: [sea] }, 'the test')
  const own = await house.heard()
  await house.app.hub.mutateQueue('dreams', { op: 'append', files: [sea, forest, counting] }, 'the test')
  return {
    ...house,
    clock,
    own,
    again: async () => {
      await house.stop()
      house = await start()
      return house
    },
  }
}

const dreamsWhile = (text: string, more: object = {}) => ({ stream: 'dreams', when: { if: text, ...more } })

describe('a stream that another answers for while an expression holds', () => {
  test('is that of the player by its name, and presses belong to it', async () => {
    const { app, call, nursery, queueCard, insert, hears, currentFile } = await queueCardHouse({}, 1)
    await app.hub.mutateQueue('kitchen', { op: 'append', files: [sea] }, 'the test')
    await app.hub.mutateQueue('anna', { op: 'append', files: [forest, counting] }, 'the test')
    const name = app.hub.player(nursery.id)?.name
    const answers = (text: string) =>
      call('PUT', '/streams/kitchen/answers', { answers: [{ stream: 'anna', when: { if: text } }] })
    expect(await answers(`player.name == '${name}' and stream.name == 'kitchen'`)).toMatchObject({
      status: 200,
    })
    // Bound to no player: who asks is told by the card, which the cloud speaks of only after the request.
    await insert(await queueCard('kitchen'))
    await hears('start', forest)
    nursery.press('right')
    await hears('right-a', counting)
    expect(currentFile('anna')).toBe(counting)
    await nursery.remove()
    await answers(`player.name != '${name}'`)
    await insert(await queueCard('kitchen'))
    await hears('start', sea)
  })

  test('follows inputs at once, with all of the condition holding', async () => {
    const { set, heard, call, own } = await houseOf()
    expect(await set(dreamsWhile('inputs.party', { days: ['birthdays'] }))).toMatchObject({ status: 200 })
    expect(await heard()).toBe(own)
    await call('PUT', '/inputs/party', { value: true })
    expect(await heard()).toBeGreaterThan(own)
    await set(dreamsWhile('inputs.party', { days: ['weekdays', 'holidays'] }))
    expect(await heard()).toBe(own)
    await set(dreamsWhile("inputs.party and weekends and not holiday and now.time == '12:00'"))
    expect(await heard()).toBeGreaterThan(own)
    await call('PUT', '/inputs/party', { value: false })
    expect(await heard()).toBe(own)
  })

  test('does not hold for whom nobody knows, nor does its opposite', async () => {
    const { set, heard, own } = await houseOf()
    for (const text of ["player.name == 'Den'", "player.name != 'Den'", 'not player.playing']) {
      await set(dreamsWhile(text))
      expect([text, await heard()]).toEqual([text, own])
    }
    await set(dreamsWhile("player.name == 'Den' or stream.count == 1"))
    expect(await heard()).toBeGreaterThan(own)
  })

  test('takes up with what was set after a restart, and says what is no longer known until it is back', async () => {
    const { set, again, own } = await houseOf()
    await set(
      dreamsWhile('not vars.brave'),
      dreamsWhile('inputs.party'),
      dreamsWhile('now.hour > 30 or vars.brave'),
    )
    const house = await again()
    expect(await house.heard()).toBeGreaterThan(own)
    const whole = await house.heard()
    expect((await house.health()).problem_names).not.toContain('answers/kitchen')
    await house.rewrite(without)
    expect(await house.heard()).toBeLessThan(whole)
    await house.heard()
    const { problems, problem_names: names } = await house.health()
    expect(problems[names.indexOf('answers/kitchen')]).toMatch(
      /^of what answers for stream "kitchen", answer 1 never holds as the rule files are now: `if`, character 5: .*vars.*; and 1 more$/s,
    )
    const told = () => house.log.lines.filter(({ message }) => message.includes('never holds'))
    expect(told()).toHaveLength(1)
    await house.rewrite(declared)
    expect(await house.heard()).toBe(whole)
    expect((await house.health()).problem_names).not.toContain('answers/kitchen')
    expect(told()).toHaveLength(1)
  })
})

test('what comes with a file of queues is taken in, and it is said what does not hold here', async () => {
  const { set, call, health, heard, rewrite, own } = await houseOf()
  await set(dreamsWhile('not vars.brave', { days: ['birthdays'] }))
  const file = (await call('GET', '/queues/export')).body
  await set()
  await rewrite(without)
  expect(await call('POST', '/queues/import', { mode: 'replace', file })).toMatchObject({ status: 200 })
  expect((await health()).problem_names).toContain('answers/kitchen')
  expect(await heard()).toBe(own)
  await rewrite(declared)
  expect((await health()).problem_names).not.toContain('answers/kitchen')
  expect(await heard()).toBeGreaterThan(own)
  await rewrite(without)
  expect(await call('DELETE', '/streams/kitchen')).toMatchObject({ status: 200 })
  expect((await health()).problem_names).not.toContain('answers/kitchen')
})

describe('what is no sound condition', () => {
  test('is refused with its place and what was probably meant, and nothing changes', async () => {
    const { set, call } = await houseOf()
    await set(dreamsWhile('inputs.party'))
    const refused = async (text: string, more: object = {}) => {
      const { status, body } = await set(dreamsWhile('inputs.party'), dreamsWhile(text, more))
      expect(status).toBe(422)
      return (body as { error: { message: string; details?: object } }).error
    }
    const { message, details } = await refused("inputs.party and player.nam == 'Den'")
    expect(message).toMatch(/^answer 2: `if`, character 18: .*player\.name/)
    expect(details).toMatchObject({
      fields: [{ field: 'answers.1.when.if', start: 17, end: 27, code: 'expr/unknown-name' }],
    })
    expect((await refused('player.name')).message).toContain('answer 2: `if`, character 1: ')
    expect((await refused('vars.brav')).message).toContain('vars.brave')
    expect((await refused('trigger.button == 1')).message).toContain('nothing triggers an answer')
    expect((await refused("player.name == ('Den'")).message).toContain('`if`, character')
    expect((await refused('inputs.party', { days: ['birthday'] })).message).toBe(
      'answer 2: there is no day or day set "birthday" - did you mean "birthdays"?',
    )
    expect((await set(dreamsWhile(''))).status).toBe(422)
    expect(await call('GET', '/streams/kitchen/answers')).toMatchObject({
      body: { answers: [dreamsWhile('inputs.party')] },
    })
    const odd = await set(dreamsWhile("now.weekday == 'monday'"))
    expect(odd).toMatchObject({ status: 200, body: { warnings: [expect.stringContaining('mon')] } })
  })
})

describe('the end of a file', () => {
  test.each([
    ["now.time >= '12:01'", true],
    ["now.time > '12:00'", true],
    ['now.hour < 12', false],
    ["now.time >= '12:01' and player.playing", false],
  ])('with `%s`', async (text, ends) => {
    const { app, set, heard } = await houseOf(declared, '2065-11-21T12:00:58Z')
    await app.hub.mutateQueue('kitchen', { op: 'append', files: [sea, sea, sea] }, 'the test')
    const whole = await heard()
    await set(dreamsWhile(text))
    expect((await heard()) < whole).toBe(ends)
  })
})

describe('answers that a rule file has', () => {
  const filed = `${declared}
schedules:
  kitchen:
    answers:
      - stream: dreams
        if: inputs.party
`

  test('go before the others, follow the file, and are shown and not changed by REST', async () => {
    const { call, heard, own, rewrite, set } = await houseOf(filed)
    expect(await heard()).toBe(own)
    await call('PUT', '/inputs/party', { value: true })
    const dreams = await heard()
    expect(dreams).toBeGreaterThan(own)
    const fromFiles = [
      { stream: 'dreams', player: null, holds: 'if the input party is on', place: 'house.yaml:14' },
    ]
    const others = [{ stream: 'kitchen-2', when: { days: ['daily'] } }]
    await call('POST', '/streams/kitchen-2/queue', { files: [sea, sea] })
    expect(await set(...others)).toMatchObject({ status: 200, body: { answers: others } })
    expect(await call('GET', '/streams/kitchen/answers')).toEqual({
      status: 200,
      body: { answers: others, from_files: fromFiles },
    })
    const { streams } = (await call('GET', '/queues/export')).body as { streams: Record<string, object> }
    expect(streams.kitchen).toMatchObject({ answers: others })
    expect(await heard()).toBe(dreams)
    await rewrite(declared)
    expect(await heard()).not.toBe(dreams)
    expect(await call('GET', '/streams/kitchen/answers')).toEqual({ status: 200, body: { answers: others } })
  })

  test('have two players hear two streams by one card each', async () => {
    const data = await mkdtemp(join(tmpdir(), 'yoto-answers-'))
    await mkdir(join(data, 'config'), { recursive: true })
    const running = await runApp({ data })
    onTestFinished(() => running.remove())
    const { app, call } = running
    const [nursery, den] = app.simulator?.players ?? []
    if (nursery === undefined || den === undefined) throw new Error('two simulated players')
    for (const stream of ['kitchen', 'dreams'])
      await app.hub.mutateQueue(stream, { op: 'append', files: [sea] }, 'the test')
    const name = app.hub.player(den.id)?.name
    const text = `schedules:\n  kitchen:\n    answers:\n      - {stream: dreams, if: "player.name == '${name}'"}\n`
    await writeFile(join(data, 'config', 'house.yaml'), text)
    await call('POST', '/rules/reload', {})
    const heardBy = async (player: typeof den) => {
      const made = await call('POST', '/cards', { stream: 'kitchen', kind: 'stream', player: player.id })
      await player.insert((made.body as { card_id: string }).card_id)
      const asked = async () => {
        const { body } = await call('GET', `/events?kind=request&player=${player.id}&limit=1`)
        return (body as { events: { stream: string }[] }).events[0]?.stream
      }
      return vi.waitFor(
        async () => {
          const stream = await asked()
          expect(stream).toBeDefined()
          return stream
        },
        { timeout: 10_000 },
      )
    }
    expect([await heardBy(nursery), await heardBy(den)]).toEqual(['kitchen', 'dreams'])
  })
})
