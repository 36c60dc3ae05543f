import { describe, expect, test } from 'vitest'
import type { Effect } from '../../src/core/effect.ts'
import { type PlayerPatch, unknownPlayer } from '../../src/core/player.ts'
import { type LastingHands, stepVolume } from '../../src/rules/actions/volume-steps.ts'
import { explain } from '../../src/rules/explain/explain.ts'
import type { PlainData } from '../../src/rules/plugin.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { dryHouse } from '../support/dry-house.ts'
import { readingOf, worldOf } from '../support/rules.ts'

const onLeft = (action: string, head = '') => `playlists: {forest: [f.mp3, g.mp3, h.mp3]}
schedules: {bedroom: {default: forest}}
rules:
  r:
${head}    when: [{button: left}]
    do:
      - ${action}
`

/** What the action asks for where left is pressed on the player `kids`. */
async function asked(action: string, head = ''): Promise<Effect[]> {
  const { house, effects, errors } = await dryHouse(onLeft(action, head), { players: { kids: {}, den: {} } })
  effects()
  await house.press('kids', 'left')
  expect(errors()).toEqual([])
  return effects().map(({ effect }) => effect)
}

const told = (command: object, player = 'kids') => [{ kind: 'command', player, command }]

describe('an action of players', () => {
  test.each<[string, object[]]>([
    ['pause: {}', told({ type: 'pause' })],
    ['pause: den', told({ type: 'pause' }, 'den')],
    ['resume: {}', told({ type: 'play' })],
    ['stop_player: {}', told({ type: 'stop' })],
    // The press was on a queue card, whose own step this is.
    ['skip: {}', [{ kind: 'mutate-queue', stream: 'bedroom', mutation: { op: 'step', by: 1 } }]],
    ['skip: previous', [{ kind: 'mutate-queue', stream: 'bedroom', mutation: { op: 'step', by: -1 } }]],
    ['skip: {to: previous, player: den}', told({ type: 'previous' }, 'den')],
    [
      'skip: {stream: bedroom}',
      [{ kind: 'mutate-queue', stream: 'bedroom', mutation: { op: 'step', by: 1 } }],
    ],
    ['volume: 4', told({ type: 'volume-step', step: 4 })],
    ['volume: +1', told({ type: 'volume-step', step: 10 })],
    ['volume: "+3"', told({ type: 'volume-step', step: 12 })],
    ['volume: -1', told({ type: 'volume-step', step: 8 })],
    ['volume: {to: -16, player: den}', told({ type: 'volume-step', step: 0 }, 'den')],
    ['volume: +0', told({ type: 'volume-step', step: 9 })],
    ['volume: +01', told({ type: 'volume-step', step: 10 })],
    ['volume: +16', told({ type: 'volume-step', step: 16 })],
    [`volume: "\${player.volume - 3}"`, told({ type: 'volume-step', step: 6 })],
    [`volume: {to: "\${player.volume * 4}", player: den}`, told({ type: 'volume-step', step: 16 }, 'den')],
    ['ambient: "#30A000"', told({ type: 'nightlight', light: '#30a000' })],
    ['ambient: off', told({ type: 'nightlight', light: 'off' })],
    [
      'ambient: {day: off, night: "#200800"}',
      told({ type: 'settings', settings: { ambient_day: 'off', ambient_night: '#200800' } }),
    ],
    ['sleep_timer: 20m', told({ type: 'sleep-timer', seconds: 1200 })],
    ['sleep_timer: chapter', told({ type: 'sleep-timer', until: 'chapter' })],
    ['sleep_timer: off', told({ type: 'sleep-timer', seconds: 0 })],
    ['card: 7JtVV', told({ type: 'card', card_id: '7JtVV' })],
    ['card: yoto://card/7JtVV/01', told({ type: 'card', card_id: '7JtVV', chapter_key: '01' })],
    [
      'card: yoto://7JtVV/01/02',
      told({ type: 'card', card_id: '7JtVV', chapter_key: '01', track_key: '02' }),
    ],
    [
      'card: {start: 7JtVV, chapter: "03", at: 90s, player: den}',
      told({ type: 'card', card_id: '7JtVV', chapter_key: '03', seconds_in: 90 }, 'den'),
    ],
    [
      'play: {what: forest, limit: 2}',
      [
        { kind: 'fill-queue', stream: 'bedroom', how: 'replace', content: 'forest', limit: 2 },
        { kind: 'start-stream', stream: 'bedroom', player: 'kids' },
      ],
    ],
    ['play: {}', [{ kind: 'start-stream', stream: 'bedroom', player: 'kids' }]],
  ])('%s', async (action, effects) => {
    expect(await asked(action)).toEqual(effects)
  })

  test.each<[string, object[]]>([
    ['skip: next', told({ type: 'next' })],
    ['skip: previous', told({ type: 'previous' })],
  ])('%s on a card that was bought is told to its player', async (action, effects) => {
    const { house, effects: done } = await dryHouse(onLeft(action), {
      players: { kids: { card: { id: '7JtVV' } } },
    })
    done()
    await house.press('kids', 'left')
    expect(done().map(({ effect }) => effect)).toEqual(effects)
  })

  test('is about the rule’s own player before that of the trigger, and about its own before both', async () => {
    const { house, effects } = await dryHouse(
      `rules:
  r:
    player: den
    when: [{startup: }]
    do: [{pause: }, {if: [{playing: }], then: [{log: it plays}], else: [{pause: kids}]}]
`,
      { players: { kids: {}, den: {} } },
    )
    expect(effects().map(({ effect }) => effect)).toEqual([
      ...told({ type: 'pause' }, 'den'),
      ...told({ type: 'pause' }),
    ])
    expect(house.world.player('kids')?.playback).toBe('paused')
  })

  test('makes a player louder no further than it may get', async () => {
    const { house, player, effects, errors } = await dryHouse(onLeft('volume: +3'), {
      players: { kids: { volume_step: 9, volume_max_step: 11 } },
    })
    effects()
    await house.press('kids', 'left')
    await house.press('kids', 'left')
    expect(errors()).toEqual([])
    expect(effects().map(({ effect }) => effect)).toEqual([
      ...told({ type: 'volume-step', step: 11 }),
      ...told({ type: 'volume-step', step: 11 }),
    ])
    expect(player()?.volume_step).toBe(11)
  })

  test('makes a player louder or quieter step by step over a time', async () => {
    const { house, player } = await dryHouse(onLeft('volume: {to: +2, over: 2m}'), { players: { kids: {} } })
    await house.press('kids', 'left')
    await house.advance(60_000)
    expect(player()?.volume_step).toBe(10)
    await house.advance(60_000)
    expect(player()?.volume_step).toBe(11)
  })

  test('says of a step up that it is one', async () => {
    const { ruleSet } = await readRuleFiles([{ file: 'a.yaml', text: onLeft('volume: +1') }], readingOf())
    expect(explain('r', ruleSet)[0]?.text).toContain('turns the volume of the player it happened on up by 1')
  })

  test.each(['+17', '-17', '1.5', '"4"'])('takes no volume of %s', async (step) => {
    const text = onLeft(`volume: ${step}`)
    const { diagnostics } = await readRuleFiles([{ file: 'a.yaml', text }], readingOf())
    expect(diagnostics.filter(({ level }) => level === 'error')).toMatchObject([
      { line: 7, message: expect.stringContaining('takes a whole number 0-16, a step such as +1 or -1, or') },
    ])
  })

  test.each([
    [`volume: "\${player.name}"`, 'a volume is a number from 0 to 16, not'],
    ['card: {start: yoto://card/7JtVV/01, chapter: "02"}', 'twice'],
    ['pause: nursery', 'there is no player "nursery"'],
  ])('%s fails in words', async (action, words) => {
    const { house, errors } = await dryHouse(onLeft(action))
    await house.press('kids', 'left')
    expect(errors()).toEqual([expect.stringContaining(words)])
  })

  test.each(['pause: true', 'resume: yes', 'stop_player:', 'pause: kids'])(
    '%s names no player that is not there',
    async (action) => {
      const reading = readingOf({ players: [{ id: 'y1', name: 'Kids' }] })
      const { diagnostics } = await readRuleFiles([{ file: 'a.yaml', text: onLeft(action) }], reading)
      expect(diagnostics).toEqual([])
    },
  )

  test('does nothing to a player that is away, and the run says so', async () => {
    const { house, player, errors } = await dryHouse(onLeft('volume: 3'), {
      players: { kids: { online: false, name: 'Kids' } },
    })
    await house.press('kids', 'left')
    expect(player()?.volume_step).toBe(9)
    expect(errors()).toEqual([expect.stringContaining('player "Kids" is offline')])
  })

  test('without a player to be about is an error of the check', async () => {
    const said = async (items: string) => {
      const text = `rules:\n  r:\n    when: [{startup: }]\n${items}`
      const { diagnostics } = await readRuleFiles([{ file: 'a.yaml', text }], readingOf())
      return diagnostics.map(({ line, code, message }) => `${line} ${code} ${message}`)
    }
    expect(await said('    do: [{volume: 3}]\n')).toEqual([
      '4 rule/no-player it is not said which player `volume` is about',
    ])
    expect(await said('    if: [{playing: }]\n    do: [{log: a}]\n')).toEqual([
      '4 rule/no-player it is not said which player `playing` is about',
    ])
    expect(await said('    stream: bedroom\n    do: [{skip: }]\n')).toEqual([])
    expect(await said('    do: [{skip: }]\n')).toHaveLength(1)
    expect(await said('    player: kids\n    if: [{playing: }]\n    do: [{pause: }, {volume: 3}]\n')).toEqual(
      [],
    )
    expect(await said('    do: [{volume: 17, player: kids}]\n')).toHaveLength(1)
    expect(await said('    do: [{card: {start: "yoto://card/7JtVV/1/2/3", player: kids}}]\n')).toHaveLength(1)
  })

  test('explains itself', async () => {
    const text = onLeft('volume: {to: 3, over: 15m}', '    player: kids\n')
    const { ruleSet } = await readRuleFiles([{ file: 'a.yaml', text }], readingOf())
    expect(JSON.stringify(explain('r', ruleSet))).toContain(
      'it takes the volume of the player kids to 3 step by step over 15 minutes',
    )
  })
})

describe('the queue', () => {
  test('ends with the current item', async () => {
    const { house } = await dryHouse(onLeft('queue: end_after_track'))
    const files = () => house.world.queue('bedroom')?.items.map(({ file }) => file)
    await house.press('kids', 'right')
    await house.press('kids', 'left')
    expect(files()).toEqual(['f.mp3', 'g.mp3'])
    expect(house.world.queue('bedroom')?.loop).toBe(false)
    await house.press('kids', 'right')
    expect(house.world.queue('bedroom')?.current).toBeNull()
  })

  test('goes on with something else', async () => {
    const { house } = await dryHouse(onLeft('queue: {replace_next: last.mp3}'))
    await house.press('kids', 'left')
    const queue = house.world.queue('bedroom')
    expect(queue?.items.map(({ file }) => file)).toEqual(['f.mp3', 'last.mp3'])
    expect(queue?.current).toBe(queue?.items[0]?.id)
  })
})

class Restart extends Error {}

/**
 * Steps a volume down to 5 as an engine does that is started anew after so many waits, effects and looks, and then passes
 * over what is behind it.
 */
async function ramped(told: { restartsAfter: number; volume: number; turnedTo?: number }) {
  let { volume } = told
  const journal: PlainData[] = []
  const asked: string[] = []
  const sent: number[] = []
  let at = 0
  let isSecond = false
  const step = async <Value extends PlainData>(kind: string, first: () => Value): Promise<Value> => {
    if (!isSecond && at === told.restartsAfter) throw new Restart()
    const place = at++
    if (place < journal.length) {
      expect(asked[place]).toBe(kind)
      // What this very place has written.
      return journal[place] as Value
    }
    asked.push(kind)
    const value = first()
    journal.push(value)
    return value
  }
  const now = () => new Date('2026-11-24T19:00:00Z')
  const hands: LastingHands = {
    world: worldOf({ now, player: (id) => ({ ...unknownPlayer(id, 'Kids'), volume_step: volume }) }),
    signal: new AbortController().signal,
    recorded: (look) => step('look', look),
    clock: {
      now,
      sleep: async (ms) => void (await step(`sleep ${ms}`, () => null)),
      until: async () => undefined,
    },
    async effect(effect) {
      await step('effect', () => {
        if (effect.kind !== 'command' || effect.command.type !== 'volume-step') throw new Error(effect.kind)
        volume = effect.command.step
        sent.push(volume)
        return null
      })
    },
  }
  const run = () => stepVolume(hands, { player: 'kids', to: 5, overMs: 60_000 })
  const why = await run().catch((error) => {
    if (!(error instanceof Restart)) throw error
    at = 0
    isSecond = true
    volume = told.turnedTo ?? volume
    return run()
  })
  return { why, sent, asked }
}

describe('a volume that changes over a time', () => {
  const rampTo = (to: number, over: string) =>
    `rules:\n  r:\n    player: kids\n    when: [{startup: }]\n    do: [{volume: {to: ${to}, over: ${over}}}]\n`
  const start = (patch: PlayerPatch = {}) => ({ players: { kids: { name: 'Kids', ...patch } } })
  const said = (why: string) => `the volume of Kids is not taken to 3: ${why}`

  test('goes there in whole steps, evenly, and is there at the end of it', async () => {
    const { house, player, effects } = await dryHouse(rampTo(3, '12m'), start())
    const heard: (number | null | undefined)[] = []
    for (let minute = 0; minute < 13; minute++) {
      heard.push(player()?.volume_step)
      await house.advance(60_000)
    }
    expect(heard).toEqual([9, 9, 8, 8, 7, 7, 6, 6, 5, 5, 4, 4, 3])
    expect(effects()).toHaveLength(6)
  })

  test('also upwards, and no further than the player may', async () => {
    const { house, player, logged } = await dryHouse(
      rampTo(12, '10m'),
      start({ volume_step: 9, volume_max_step: 11 }),
    )
    await house.advance(600_000)
    expect(player()?.volume_step).toBe(11)
    expect(logged()).toEqual(['the volume of Kids is not taken to 12: it gets no louder than 11'])
  })

  test.each([11, 5])('ends where somebody sets it to %i meanwhile', async (hand) => {
    const { house, player, logged } = await dryHouse(rampTo(3, '12m'), start())
    await house.advance(5 * 60_000)
    await house.change('kids', { volume_step: hand })
    await house.advance(10 * 60_000)
    expect(player()?.volume_step).toBe(hand)
    expect(logged()).toEqual([said(`somebody set it to ${hand}`)])
  })

  test('goes on where a limit comes down on it', async () => {
    const { house, player, logged } = await dryHouse(rampTo(3, '12m'), start())
    await house.advance(3 * 60_000)
    await house.change('kids', { volume_step: 5, volume_max_step: 5 })
    const heard: (number | null | undefined)[] = []
    for (let minute = 3; minute < 12; minute++) {
      await house.advance(60_000)
      heard.push(player()?.volume_step)
    }
    expect(heard).toEqual([5, 5, 5, 5, 5, 5, 4, 4, 3])
    expect(logged()).toEqual([])
  })

  test('does not begin with a player that has not said how loud it is', async () => {
    const { house, errors } = await dryHouse(rampTo(3, '12m'), start({ volume_step: null }))
    await house.advance(60_000)
    expect(errors()).toEqual([expect.stringContaining('"Kids" has not said how loud it is')])
  })

  test('says where the player went off meanwhile', async () => {
    const { house, errors, player } = await dryHouse(rampTo(3, '12m'), start())
    await house.advance(3 * 60_000)
    await house.change('kids', { online: false })
    await house.advance(10 * 60_000)
    expect(errors()).toEqual([expect.stringContaining('player "Kids" is offline')])
    expect(player()?.volume_step).toBe(8)
  })

  test('goes on after a restart where it was, and asks in the same order', async () => {
    const whole = await ramped({ restartsAfter: Number.POSITIVE_INFINITY, volume: 9 })
    expect(whole.sent).toEqual([8, 7, 6, 5])
    for (const restartsAfter of [0, 1, 3, 6, 8]) {
      const { sent, asked } = await ramped({ restartsAfter, volume: 9 })
      expect(sent).toEqual(whole.sent)
      expect(asked).toEqual(whole.asked)
    }
    // While the product was off somebody turned the knob.
    const turned = await ramped({ restartsAfter: 6, volume: 9, turnedTo: 12 })
    expect(turned.sent).toEqual([8])
    expect(turned.why).toBe('somebody set it to 12')
  })
})
