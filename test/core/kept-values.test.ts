import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { KeptValues } from '../../src/core/kept-values.ts'
import { Turns } from '../../src/core/turns.ts'
import type { Declaration, PlainValue, ValueForm } from '../../src/core/value-form.ts'
import { openStorage } from '../../src/storage/storage.ts'
import { heldCollection } from '../support/held-collection.ts'
import { recordingLog } from '../support/recording-log.ts'
import { oneTurn } from '../support/virtual-clock.ts'

const count: ValueForm = { type: 'number', min: 0, max: 10, step: 1 }
const plays: Declaration = { id: 'plays', form: count, start: 2 }
const brave: Declaration = { id: 'brave', form: { type: 'flag' }, start: false }
const mood: Declaration = { id: 'mood', form: { type: 'choice', options: ['calm', 'wild'] }, start: 'calm' }
const all = [plays, brave, mood]

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'values-'))
  const made = folder
  onTestFinished(() => rm(made, { recursive: true, force: true }))
})

/** The values of a run of the product, in a real store. */
async function opened(declared: readonly Declaration[] = all) {
  const storage = await openStorage({ url: 'sqlite', folder, log: recordingLog() })
  const log = recordingLog()
  const told: unknown[] = []
  const store = storage.collection<PlainValue>('vars')
  const values = new KeptValues<Declaration>({
    ...{ what: 'var', store, turns: new Turns(), log },
    tell: ({ id }, value, { because }) => told.push([id, value, because]),
  })
  await values.start()
  values.declare(declared)
  const lines = () => log.lines.map(({ level, message }) => `${level}: ${message}`)
  return {
    values,
    told,
    lines,
    store,
    now: () => Object.fromEntries(values.values),
    close: () => storage.close(),
  }
}

describe('what the household remembers', () => {
  test('begins as declared, and is after a restart what it was set to', async () => {
    const first = await opened()
    expect(first.now()).toEqual({ plays: 2, brave: false, mood: 'calm' })
    await first.values.set('plays', 7, 'a test')
    await first.values.set('mood', 'wild', 'a test')
    expect(first.told).toEqual([
      ['plays', 7, 'a test'],
      ['mood', 'wild', 'a test'],
    ])
    await first.close()
    const second = await opened()
    expect(second.now()).toEqual({ plays: 7, brave: false, mood: 'wild' })
    expect(second.lines()).toEqual([])
    await second.close()
  })

  test('stays within its bounds, and the log says so', async () => {
    const { values, lines, close } = await opened()
    expect(await values.set('plays', 11, 'a test')).toBe(10)
    expect(await values.set('plays', -1, 'a test')).toBe(0)
    expect(await values.set('plays', 3.4, 'a test')).toBe(3)
    expect(lines()).toEqual([
      'warn: var "plays" is 10: 11 is above its max of 10',
      'warn: var "plays" is 0: -1 is below its min of 0',
      'warn: var "plays" is 3: 3.4 is between its steps',
    ])
    await close()
  })

  test('is not told where it is what it was', async () => {
    const { values, told, close } = await opened()
    await values.set('plays', 2, 'a test')
    expect(told).toEqual([])
    await close()
  })

  test.each<[string, PlainValue, string]>([
    ['plays', 'many', 'var "plays" takes a whole number from 0 to 10, not "many"'],
    ['plays', Number.NaN, 'not NaN'],
    ['brave', 1, 'var "brave" takes true or false, not 1'],
    ['mood', 'sad', 'var "mood" takes one of calm, wild, not "sad"'],
    ['gone', 1, 'there is no var "gone"'],
    ['__proto__', 1, 'there is no var "__proto__"'],
    ['constructor', 1, 'there is no var "constructor"'],
  ])('%s is never %s', async (name, value, said) => {
    const { values, now, close } = await opened()
    await expect(values.set(name, value, 'a test')).rejects.toThrow(said)
    expect(now()).toEqual({ plays: 2, brave: false, mood: 'calm' })
    await close()
  })

  test('that an edit has made impossible is the nearest or starts over, and is back when the edit is undone', async () => {
    const first = await opened()
    await first.values.set('plays', 7, 'a test')
    await first.values.set('brave', true, 'a test')
    await first.close()
    const edited = await opened([
      { ...plays, form: { ...count, max: 5 } },
      { ...brave, form: count, start: 0 },
    ])
    expect(edited.now()).toEqual({ plays: 5, brave: 0 })
    expect(edited.lines()).toEqual([
      'warn: var "plays" is 5: 7 is above its max of 5, which was edited since it was set',
      'warn: var "brave" starts anew with 0: it was true, and now takes a whole number from 0 to 10',
    ])
    edited.values.declare(all)
    expect(edited.now()).toEqual({ plays: 7, brave: true, mood: 'calm' })
    await edited.close()
  })

  test('loses nothing where a hundred count at once', async () => {
    const { values, now, store, close } = await opened([
      { ...plays, form: { ...count, max: 1000 }, start: 0 },
    ])
    const oneMore = () => Number(values.coming.get('plays')) + 1
    await Promise.all(Array.from({ length: 100 }, () => values.set('plays', oneMore, 'a test')))
    expect(now()).toEqual({ plays: 100 })
    expect(await store.get('plays')).toBe(100)
    await close()
  })

  test('is only what the store has', async () => {
    const { values, now, told, close } = await opened()
    await close()
    await expect(values.set('plays', 3, 'a test')).rejects.toThrow()
    expect(now()).toMatchObject({ plays: 2 })
    expect(told).toEqual([])
  })

  describe('while it is on its way into the store', () => {
    const bell: Declaration = { id: 'bell', form: { type: 'press' }, start: false }

    /** Values on a store that takes a write when it is told to. */
    function slow(declared: readonly Declaration[] = [...all, bell]) {
      const store = heldCollection<PlainValue>()
      const told: unknown[] = []
      const values = new KeptValues<Declaration>({
        ...{ what: 'var', store, turns: new Turns(), log: recordingLog() },
        tell: ({ id }, value) => told.push([id, value]),
      })
      values.declare(declared)
      const more = () => values.set('plays', () => Number(values.coming.get('plays')) + 1, 'a test')
      return { values, store, told, more, written: () => store.held.map(({ key, value }) => [key, value]) }
    }

    test('is what the next one is worked out from', async () => {
      const { values, store, told, more, written } = slow()
      const both = [more(), more()]
      await oneTurn()
      expect(written()).toEqual([
        ['plays', 3],
        ['plays', 4],
      ])
      expect([values.values.get('plays'), values.coming.get('plays')]).toEqual([2, 4])
      expect(told).toEqual([])
      for (const { take } of store.held) take()
      expect(await Promise.all(both)).toEqual([3, 4])
      expect(values.values.get('plays')).toBe(4)
      expect(told).toEqual([
        ['plays', 3],
        ['plays', 4],
      ])
    })

    test('and cannot be stored, the next one is worked out anew', async () => {
      const { values, store, told, more } = slow()
      const both = Promise.allSettled([more(), more()])
      await oneTurn()
      store.held[0]?.fail(new Error('it cannot be written'))
      expect(values.coming.get('plays')).toBe(2)
      store.held[1]?.take()
      await oneTurn()
      store.held[2]?.take()
      expect(await both).toMatchObject([{ status: 'rejected' }, { value: 3 }])
      expect(values.values.get('plays')).toBe(3)
      expect(told).toEqual([['plays', 3]])
    })

    test('is stored once where the same is set again, and that is done when it is there', async () => {
      const { values, store, told, written } = slow()
      const done: number[] = []
      const set = (nth: number) => values.set('plays', 5, 'a test').then(() => done.push(nth))
      const both = [set(1), set(2)]
      await oneTurn()
      expect([written(), done]).toEqual([[['plays', 5]], []])
      store.held[0]?.take()
      await Promise.all(both)
      expect(told).toEqual([['plays', 5]])
    })

    test('set back to what it was is written too', async () => {
      const { values, store, written } = slow()
      const both = [values.set('plays', 5, 'a test'), values.set('plays', 2, 'a test')]
      await oneTurn()
      expect(written()).toEqual([
        ['plays', 5],
        ['plays', 2],
      ])
      for (const { take } of store.held) take()
      await Promise.all(both)
      expect(values.values.get('plays')).toBe(2)
    })

    test('a press waits for it, and is told behind it', async () => {
      const { values, store, told, more } = slow()
      const both = [more(), values.set('bell', true, 'a test')]
      await oneTurn()
      expect(told).toEqual([])
      store.held[0]?.take()
      await Promise.all(both)
      expect(told.map((of) => (of as unknown[])[0])).toEqual(['plays', 'bell'])
    })

    test('an edit that takes it out, or gives it another form, is what holds', async () => {
      const { values, store, told, more } = slow()
      const set = more()
      await oneTurn()
      values.declare([{ ...plays, form: { type: 'flag' }, start: true }])
      expect(values.coming.get('plays')).toBe(true)
      store.held[0]?.take()
      await set
      expect(values.values.get('plays')).toBe(true)
      values.declare([plays])
      expect(values.values.get('plays')).toBe(3)
      expect(told).toEqual([['plays', true]])
    })

    test('the product does not stop before it is there', async () => {
      const { values, store, more } = slow()
      const set = more()
      let hasStopped = false
      const stopped = values.stop().then(() => {
        hasStopped = true
      })
      await oneTurn()
      expect(hasStopped).toBe(false)
      store.held[0]?.take()
      await stopped
      expect(values.values.get('plays')).toBe(3)
      await set
    })
  })
})
