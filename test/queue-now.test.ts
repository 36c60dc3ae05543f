import { describe, expect, test } from 'vitest'
import { counting, forest, queueCardHouse, sea } from './support/queue-card-house.ts'
import { until } from './support/running-app.ts'
import { scheduledHouse } from './support/scheduled-house.ts'

const rules = `inputs:
  bell: {type: switch}
rules:
  rings:
    stream: kitchen
    when: [{input: {name: bell, to: true}}]
    do:
      - queue: {now: ${sea}}
      - log: it has rung
  pressed:
    stream: kitchen
    when: [{button: left}]
    do:
      - queue: {now: ${sea}}
      - log: it was pressed
`

/** A player that plays the first of two items by a queue card, at the pace of the clock on the wall. */
async function household(mqttKeys?: 'missing') {
  const house = await queueCardHouse(mqttKeys === undefined ? {} : { mqttKeys }, 1, rules)
  await house.app.hub.mutateQueue('kitchen', { op: 'append', files: [forest, counting] }, 'the test')
  await house.insert(await house.queueCard('kitchen'))
  await house.hears('start', forest)
  const { id } = house.nursery
  await until('the cloud says that it plays', () => {
    const { playback, chapter_key } = house.app.hub.player(id) ?? {}
    return playback === 'playing' && (mqttKeys === 'missing' || chapter_key === 'start')
  })
  const commands = async () =>
    ((await house.call('GET', '/events?kind=command&type=card')).body as { events: unknown[] }).events
  return { ...house, commands, traceOf: (rule: string) => trace(house.call, rule) }
}

async function trace(call: (method: string, path: string) => Promise<{ body: never }>, rule: string) {
  const { body } = await call('GET', `/rules/${rule}/traces`)
  const [last] = (body as { traces: { run: number }[] }).traces
  const whole = await call('GET', `/rules/${rule}/traces/${last?.run}`)
  return whole.body as { steps: { effects: object[] }[] }
}

describe('what a rule puts into a queue with `now`', () => {
  test.each([undefined, 'missing'] as const)(
    'a player with a queue card hears at once, and that is nobody’s press (keys: %s)',
    async (mqttKeys) => {
      const { call, log, hears, buttons, commands, currentFile, traceOf } = await household(mqttKeys)
      expect(await call('PUT', '/inputs/bell', { value: true })).toMatchObject({ status: 200 })
      await until('the rule is through', () => log.lines.some(({ message }) => message === 'it has rung'))
      await hears(mqttKeys === 'missing' ? 'start' : 'now-a', sea)
      expect(currentFile('kitchen')).toBe(sea)
      expect(buttons()).toEqual([])
      expect(await commands()).toHaveLength(1)
      const kinds = [{ kind: 'fill-queue' }, { kind: 'send-on', outcome: 'done' }]
      expect((await traceOf('rings')).steps[0]?.effects).toMatchObject(kinds)
    },
    30_000,
  )

  test('starts no player that has paused, and none without the card', async () => {
    const { app, call, nursery, log, commands, currentFile } = await household()
    await nursery.pause()
    await until('the cloud says so', () => app.hub.player(nursery.id)?.playback === 'paused')
    await call('PUT', '/inputs/bell', { value: true })
    await until('the rule is through', () => log.lines.some(({ message }) => message === 'it has rung'))
    expect(currentFile('kitchen')).toBe(sea)
    expect(await commands()).toEqual([])
    expect(nursery.snapshot()).toMatchObject({ playing: false, chapterKey: 'start' })
    expect(app.simulator?.players.filter((player) => player.snapshot().playing)).toEqual([])
  }, 30_000)

  test('is heard by who has pressed in the very request of the press, and only once', async () => {
    const { nursery, hears, log, commands, buttons } = await household()
    await nursery.press('left')
    await hears('left-a', sea)
    await until('the rule is through', () => log.lines.some(({ message }) => message === 'it was pressed'))
    expect(await commands()).toEqual([])
    expect(nursery.snapshot().chapterKey).toBe('left-a')
    expect(buttons()).toHaveLength(1)
  }, 30_000)
})

describe('two players with the same card', () => {
  test.each([
    ['what is skipped to', {}, { op: 'skip' }, counting],
    [
      'what is put in with `now`',
      { mqttKeys: 'missing' },
      { op: 'insert_next', files: [sea], now: true },
      sea,
    ],
  ] as const)('both hear %s, and it is gone to once', { tags: 'slow' }, async (_, doubts, body, file) => {
    const house = await queueCardHouse(doubts, 1)
    const { app, call, nursery, buttons, currentFile } = house
    const other = app.simulator?.players[1]
    if (other === undefined) throw new Error('there is one player alone')
    await app.hub.mutateQueue('kitchen', { op: 'append', files: [forest, counting, sea] }, 'the test')
    const cardId = await house.queueCard('kitchen')
    await house.insert(cardId)
    await other.insert(cardId)
    const both = [nursery, other]
    await until('the cloud says that both play', () =>
      both.every(({ id }) => {
        const { card_id, playback } = app.hub.player(id) ?? {}
        return card_id === cardId && playback === 'playing'
      }),
    )
    const requests = both.map((player) => player.snapshot().lastRequest)
    expect(await call('POST', '/streams/kitchen/queue/mutations', body)).toMatchObject({ status: 200 })
    await until('both have asked anew', () =>
      both.every((player, index) => player.snapshot().lastRequest !== requests[index]),
    )
    await until('both hear it', () => both.every((player) => player.snapshot().bytesReceived > 40_000))
    const heard = both.map((player) => player.received().subarray(0, 40_000))
    expect(heard[0]?.equals(heard[1] ?? Buffer.of())).toBe(true)
    expect(currentFile('kitchen')).toBe(file)
    expect(buttons()).toEqual([])
  })
})

describe('a stream without a queue card', () => {
  const scheduled = () =>
    scheduledHouse(
      `playlists:
  day: [a.mp3, b.mp3]
inputs:
  bell: {type: switch}
schedules:
  bedroom: {default: day}
rules:
  rings:
    stream: bedroom
    when: [{input: {name: bell, to: true}}]
    do: [{queue: {now: z.mp3}}]
`,
      '2065-11-21T12:00:00Z',
    )

  test('that is heard live goes over at the next frame, and then goes on with what comes behind', async () => {
    const { house, listen, pass, current } = await scheduled()
    await house().call('PUT', '/streams/bedroom', { mode: 'live' })
    const hearing = await listen('bedroom')
    await pass(2_000)
    await house().call('PUT', '/inputs/bell', { value: true })
    await until('the rule has run', () => current('bedroom') === 'z.mp3')
    await pass(24_000)
    expect(hearing.songs()).toMatch(/^a:\d+ z b/)
  })

  test('that is heard as one file goes on to its end; the next request has it', async () => {
    const { house, fetched, current } = await scheduled()
    expect((await fetched('bedroom')).songs).toBe('a b')
    await house().call('PUT', '/inputs/bell', { value: true })
    await until('the rule has run', () => current('bedroom') === 'z.mp3')
    expect((await fetched('bedroom')).songs).toBe('a z b')
  })
})
