import { describe, expect, onTestFinished, test } from 'vitest'
import type { Entry } from '../../src/history/entry.ts'
import { openStorage } from '../../src/storage/storage.ts'
import type { StoredTokens } from '../../src/yoto/token.ts'
import { counting, crossroads, forest, queueCardHouse, sea } from '../support/queue-card-house.ts'
import { recordingLog } from '../support/recording-log.ts'
import { runApp, until } from '../support/running-app.ts'

type Call = (method: string, path: string) => Promise<{ status: number; body: never }>

const entriesOf = async (call: Call, query = '') =>
  ((await call('GET', `/events?limit=1000${query}`)).body as { events: Entry[] }).events
const settled = () => new Promise((resolve) => setTimeout(resolve, 200))

describe('the history of a household', () => {
  test('says what led to what: a request, the press in it, the rule, the queue, and what was heard', async () => {
    const house = await queueCardHouse({})
    const { app, call, nursery, plays } = house
    const day = { op: 'replace', files: [crossroads, counting], playlist: 'daytime' } as const
    await app.hub.mutateQueue('bedroom', day, 'the test')
    const cardId = await house.queueCard('bedroom')
    await house.insert(cardId)
    await plays('start', crossroads)
    await nursery.press('right')
    await plays('right-a', forest)
    await settled()

    const entries = await entriesOf(call)
    const [press] = entries.filter(({ what }) => what.type === 'button')
    const request = entries.find(({ id }) => id === press?.cause)
    expect(press).toMatchObject({ kind: 'event', player: nursery.id, stream: 'bedroom' })
    expect(request).toMatchObject({
      kind: 'request',
      player: nursery.id,
      stream: 'bedroom',
      what: {
        type: 'place',
        place: 'right-a',
        method: 'GET',
        card_id: cardId,
        listener: 'this machine',
        agent: 'yoto player',
        status: 200,
        from_start: true,
        item: forest,
      },
    })
    const command = entries.find(({ kind, cause }) => kind === 'command' && cause === press?.id)
    expect(command).toMatchObject({
      stream: 'bedroom',
      what: {
        type: 'fill-queue',
        because: 'rule right-to-the-forest',
        outcome: 'done',
        asked: { content: 'forest' },
      },
    })
    const queue = entries.find(({ kind, cause }) => kind === 'queue' && cause === command?.id)
    expect(queue?.what).toMatchObject({
      type: 'replace',
      because: 'rule right-to-the-forest',
      current: forest,
    })
    const told = entries.find(({ what, cause }) => what.type === 'stream_requested' && cause === request?.id)
    expect(told).toBeDefined()

    const around = await entriesOf(call, `&around=${press?.id}&seconds=5`)
    expect(around.map(({ id }) => id)).toEqual(expect.arrayContaining([request?.id, command?.id, queue?.id]))
    const connections = await entriesOf(call, '&kind=connection')
    expect(connections.map(({ what }) => what)).toEqual([
      { type: 'connected', account: 'signed_in', reason: null },
    ])
  })

  test('names the step of a queue after its request, and the command that a player obeyed', {
    tags: 'slow',
  }, async () => {
    const house = await queueCardHouse({})
    const { app, call, nursery, plays } = house
    await app.hub.mutateQueue('kitchen', { op: 'append', files: [crossroads, counting, sea] }, 'the test')
    await house.insert(await house.queueCard('kitchen'))
    await plays('start', crossroads)
    await nursery.press('right')
    await plays('right-a', counting)
    const paused = await fetch(`${app.panelUrl}/api/players/${nursery.id}/pause`, { method: 'POST' })
    expect(paused.status).toBe(200)
    await until('it says so', () => app.hub.player(nursery.id)?.playback === 'paused')

    const entries = await entriesOf(call)
    const press = entries.find(({ what }) => what.type === 'button')
    const step = entries.find(({ kind, cause }) => kind === 'queue' && cause === press?.id)
    expect(step?.what).toMatchObject({ because: 'the card went on', current: counting })
    const command = entries.find(({ what }) => what.type === 'pause')
    expect(command?.what).toMatchObject({ because: 'REST', outcome: 'done' })
    expect(command?.kind === 'command' && (command.what.ms ?? 0) > 0).toBe(true)
    expect(entries.find(({ what }) => what.type === 'playback_paused')?.cause).toBe(command?.id)
    expect(press?.cause).not.toBeNull()
  })

  test('names the request that belongs to a press which its player told of', { tags: 'slow' }, async () => {
    const house = await queueCardHouse({})
    const { app, call, nursery, plays, buttons } = house
    const day = { op: 'replace', files: [crossroads, counting, sea], playlist: null } as const
    await app.hub.mutateQueue('kitchen', day, 'the test')
    await house.insert(await house.queueCard('kitchen', { confirm: 'mqtt' }))
    await plays('start', crossroads)
    await until('it has said where it is', () => app.hub.player(nursery.id)?.chapter_key === 'start')
    await nursery.press('right')
    await plays('right-a', counting)
    await until('the press is counted', () => buttons().length === 1)
    await settled()

    const entries = await entriesOf(call)
    const press = entries.find(({ what }) => what.type === 'button')
    const request = entries.find(({ what }) => what.type === 'place' && what.place === 'right-a')
    expect(press?.what).toMatchObject({ via: 'mqtt' })
    // Which of them is heard first is a race: the later follows from the earlier.
    const [earlier, later] = [press, request].sort((one, other) =>
      (one?.id ?? '') < (other?.id ?? '') ? -1 : 1,
    )
    expect([earlier?.cause, later?.cause]).toEqual([null, earlier?.id])
    const step = entries.find(({ kind, what }) => kind === 'queue' && what.type !== 'replace')
    expect(step?.cause).toBe(press?.id)
  })

  test('survives a restart with the presses on its cards, and a press that never was is marked', async () => {
    const doubts = { ignoreEventsOnStreams: true, lookAhead: true }
    const running = await runApp({ doubts, pace: 4 })
    onTestFinished(() => running.remove())
    const { app, call, data } = running
    const [nursery] = app.simulator?.players ?? []
    if (nursery === undefined) throw new Error('no simulated player')
    await app.hub.mutateQueue('kitchen', { op: 'append', files: [crossroads, counting, forest, sea] }, 'test')
    const how = { stream: 'kitchen', title: 'k', kind: 'queue', slots: 'linear', chapters: 0 } as const
    const { card_id } = await app.cards.publish(how)
    await nursery.insert(card_id ?? '')
    await until('the card is no longer trusted', () => app.cards.byCard(card_id ?? '')?.confirm === 'mqtt')
    const presses = async (ask: Call) =>
      ((await ask('GET', `/cards/${card_id}`)).body as { presses: object[] }).presses
    const before = await presses(call)
    expect(before).toMatchObject([
      { button: 'right', via: 'http', place: '02', counted: false, player: nursery.id },
    ])
    const marked = await entriesOf(call, '&type=button')
    expect(marked).toMatchObject([{ what: { counted: false } }])
    await running.stop()

    const again = await runApp({ data })
    try {
      const [entry] = await entriesOf(again.call, '&type=button')
      expect(entry).toEqual(marked[0])
      expect((await entriesOf(again.call)).length).toBeGreaterThan(5)
      expect(again.app.cards.byCard(card_id ?? '')).toBeDefined()
      expect(await presses(again.call)).toEqual(before)
    } finally {
      await again.stop()
    }
  })

  test('holds no token, no media key and no name of a network, in the store as in what is answered', async () => {
    const running = await runApp()
    onTestFinished(() => running.remove())
    const { app, call, data } = running
    const player = app.simulator?.players[0]
    if (player === undefined) throw new Error('no simulated player')
    const [card] = app.cards.list().filter(({ kind, card_id }) => kind === 'queue' && card_id !== null)
    if (card?.card_id == null) throw new Error('no card')
    await player.insert(card.card_id)
    await until('it plays', () => app.hub.player(player.id)?.playback === 'playing')
    // A key where it does not belong: in a command.
    await fetch(`${app.panelUrl}/api/players/${player.id}/play-card`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ card_id: card.key }),
    })
    await settled()
    const answered = JSON.stringify([await entriesOf(call), (await call('GET', '/diagnostics')).body])
    await running.stop()
    const storage = await openStorage({ url: 'sqlite', folder: data, log: recordingLog(), readOnly: true })
    const history = JSON.stringify(await storage.collection('history').entries())
    const accounts = await storage.collection<StoredTokens>('simulated-account').entries()
    await storage.close()
    expect(history).toContain('"kind":"request"')
    expect(history).toContain(`${card.key.slice(0, 6)}…`)
    const tokens = accounts.flatMap(([, { accessToken, refreshToken }]) => [accessToken, refreshToken ?? ''])
    expect(tokens.filter((token) => token.length > 20).length).toBeGreaterThan(0)
    const keys = app.cards.list().map(({ key }) => key.slice(0, 7))
    for (const text of [history, answered])
      for (const hidden of [...tokens, ...keys, '"simulated"', 'ssid', 'popCode'])
        expect(text.replaceAll('"simulated":', '').includes(hidden), hidden).toBe(false)
  })
})
