import fc from 'fast-check'
import { Type } from 'typebox'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Entry } from '../../../src/core/collection.ts'
import type { Button } from '../../../src/core/event.ts'
import type { StoredQueue } from '../../../src/core/queue.ts'
import { type ActionContext, action, type LastEffect } from '../../../src/rules/plugin.ts'
import { SqliteStore } from '../../../src/storage/sqlite-store.ts'
import { buttonPress } from '../../support/button-press.ts'
import { houseWith } from '../../support/house-with-rules.ts'
import type { MortalHouse } from '../../support/mortal-house.ts'
import { scheduledHouse } from '../../support/scheduled-house.ts'

/** Rules that one press of the knob starts, in that order, on one stream. */
const rulesOf = (works: Readonly<Record<string, string>>, more = '') => `vars: {n: {start: 0, max: 9}}
rules:
${Object.entries(works)
  .map(([id, work]) => `  ${id}: {stream: bedroom, when: [{button: left}], do: ${work}${more}}\n`)
  .join('')}`

const add = (file: string) => `[{queue: {add: ${file}.mp3}}]`

const queuesIn = (rows: readonly Entry[]) =>
  rows.flatMap(({ collection, value }) => (collection === 'queues' ? [value as unknown as StoredQueue] : []))

/** Has the store refuse the queue while it begins with that file. */
const refusing = (file: string) => (rows: readonly Entry[]) =>
  queuesIn(rows).some(({ items }) => items[0]?.file === `${file}.mp3`)
    ? new Error('it cannot be written')
    : null

const unordered = (files: readonly string[]) => [...files].sort().map((file) => `${file}.mp3`)

/** Resolves when what the presses start has ended, or only waits. */
async function pressedAtOnce(house: MortalHouse, buttons: readonly Button[]): Promise<void> {
  const at = house.clock.now().toISOString()
  await Promise.all(buttons.map((button) => house.tell(buttonPress({ button, stream: 'bedroom', at }))))
}

test('what three rules of one press change is written together', async () => {
  const works = { one: '[{skip: next}]', two: '[{queue: clear}]', three: '[{set: {n: vars.n + 1}}]' }
  const rules = rulesOf(works).replace('skip: next', 'skip: {to: next, stream: bedroom}')
  const house = await scheduledHouse(rules, '2031-03-03T10:00:00Z')
  await house.mutate('bedroom', { op: 'append', files: ['a.mp3', 'b.mp3'] })
  const written: string[][] = []
  const { setMany } = SqliteStore.prototype
  vi.spyOn(SqliteStore.prototype, 'setMany').mockImplementation(function (this: SqliteStore, entries) {
    written.push(entries.map(({ key }) => key))
    return setMany.call(this, entries)
  })
  onTestFinished(() => void vi.restoreAllMocks())
  house
    .house()
    .app.hub.report(buttonPress({ button: 'left', stream: 'bedroom', at: house.clock.now().toISOString() }))
  await vi.waitFor(() => expect(house.house().app.hub.vars().get('n')).toBe(1))
  expect(house.queue('bedroom')).toMatchObject({ version: 3, items: [] })
  const changes = written.filter((keys) => keys.some((key) => /\b(queues|vars)\b/.test(key)))
  expect(changes).toHaveLength(1)
})

describe('while what a rule changes last is on its way into the store', () => {
  test('the next one on the stream changes it further', async () => {
    const house = await houseWith(
      rulesOf({ one: add('a'), two: add('b'), three: '[{set: {n: vars.n + 1}}]' }),
    )
    const goOn = house.holdStore()
    await house.press('left')
    expect(house.writesComing).toBe(3)
    expect(house.traces('three')[0]?.outcome).toBe('running')
    goOn()
    await house.advance(1)
    expect(house.kept).toMatchObject({ queues: { bedroom: unordered(['a', 'b']) }, vars: { n: 1 } })
    for (const rule of ['one', 'two', 'three']) expect(house.traces(rule)[0]?.outcome).toBe('done')
  })

  test.each([
    ['[{set: {n: vars.n + 1}}]', 'vars.n == 1'],
    ['[{set: {party: true}}]', 'inputs.party'],
    [add('a'), 'stream.count == 1'],
  ])('conditions of the next one look at it as it will be: %s', async (work, condition) => {
    const house = await houseWith(
      `inputs: {party: {type: switch}}\n${rulesOf({ one: work })}  two: {stream: bedroom, when: [{button: left}], if: ${condition}, do: ${add('b')}}\n`,
    )
    await house.press('left')
    expect(house.traces('two')[0]?.outcome).toBe('done')
  })

  test('nothing goes out of the house that comes behind it', async () => {
    const works = { one: add('a'), two: add('b'), three: '[{mqtt: {topic: lamp, payload: x}}]' }
    const house = await houseWith(rulesOf(works))
    house.rowFault = refusing('a')
    await house.press('left')
    const [stored, sent] = ['stored queues runs', 'sent lamp x'].map((deed) => house.deeds.indexOf(deed))
    expect(stored).toBeGreaterThanOrEqual(0)
    expect(sent).toBeGreaterThan(stored ?? Number.NaN)
    expect(house.kept.queues).toEqual({ bedroom: ['b.mp3'] })
  })

  test('its rule may be started again', async () => {
    for (const mode of ['single', 'restart', 'queued', 'queued, max: 2', 'parallel']) {
      const work = '[{set: {n: vars.n + 1}}]'
      const house = await houseWith(
        rulesOf({ one: work }, `, mode: ${mode}`).replace(
          '{button: left}',
          '{button: left}, {button: right}, {button: next}',
        ),
      )
      await pressedAtOnce(house, ['left', 'right', 'next'])
      expect([mode, house.kept.vars]).toEqual([mode, { n: 3 }])
      expect(house.traces('one').map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done'])
      await house.advance(1)
      expect(house.kept.underWay).toBe(0)
    }
  })

  test('it takes no place among those that may run at once', async () => {
    const work = '[{if: vars.n == 0, then: [{set: {n: 1}}], else: [{parallel: [[{wait: 10s}], [{log: x}]]}]}]'
    const rules = rulesOf({ one: work }, ', mode: queued, max: 2')
    const house = await houseWith(
      rules.replace('{button: left}', '{button: left}, {button: right}, {button: next}'),
    )
    await pressedAtOnce(house, ['left', 'right', 'next'])
    await house.advance(1)
    // One that waits for another has none yet.
    expect(house.traces('one').map(({ outcome }) => outcome)).toEqual(['running', 'done'])
    await house.advance(10)
    expect(house.traces('one').map(({ outcome }) => outcome)).toEqual(['running', 'done', 'done'])
  })
})

describe('what cannot be stored', () => {
  test('leaves no row of the journal behind', async () => {
    const between = '  between: {stream: bedroom, when: [{button: left}], if: vars.n > 5, do: [{log: x}]}\n'
    const house = await houseWith(
      rulesOf({ one: add('a') }) + between + rulesOf({ two: add('b') }).split('rules:\n')[1],
    )
    house.rowFault = refusing('a')
    await house.press('left')
    await house.advance(1)
    const { rows } = house
    for (let count = 0; count < 5; count++) await house.press('left')
    await house.advance(1)
    expect([house.rows, house.kept.underWay]).toEqual([rows, 0])
  })

  test('fails the step it belongs to, and what was built on it is done without it', async () => {
    const house = await houseWith(rulesOf({ one: add('a'), two: add('b'), three: add('c') }))
    house.rowFault = refusing('a')
    await house.press('left')
    expect(house.kept.queues).toEqual({ bedroom: unordered(['b', 'c']) })
    expect(['one', 'two', 'three'].map((rule) => house.traces(rule)[0]?.outcome)).toEqual([
      ...['failed', 'done', 'done'],
    ])
    const [trace] = house.traces('one')
    expect(trace?.why).toContain('it cannot be written')
    expect(trace?.steps).toMatchObject([{ outcome: 'failed', effects: [{ outcome: 'failed' }] }])
    expect(house.log.lines.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
      expect.stringContaining('stopped at'),
    ])
    house.rowFault = () => null
    await house.advance(1)
    await house.kill()
    await house.advance(5)
    expect(house.kept).toMatchObject({ queues: { bedroom: unordered(['b', 'c']) }, underWay: 0 })
  })

  test('is whichever it is, and all others are stored in their order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }), async (refused) => {
        const files = refused.map((isRefused, index) => `${isRefused ? 'x' : 'a'}${index}`)
        const works = Object.fromEntries(files.map((file) => [`r${file}`, add(file)]))
        const house = await houseWith(rulesOf(works))
        house.rowFault = (rows) =>
          queuesIn(rows).some(({ items }) => items.some(({ file }) => file.startsWith('x')))
            ? new Error('it cannot be written')
            : null
        await house.press('left')
        await house.advance(1)
        const good = files.filter((file) => file.startsWith('a'))
        expect(house.order('bedroom')).toEqual(good.map((file) => `${file}.mp3`))
        const done = files.filter((file) => house.traces(`r${file}`)[0]?.outcome === 'done')
        expect(done).toEqual(good)
      }),
      { numRuns: 60 },
    )
  })

  test('is passed over with `on_error: continue`', async () => {
    const work = '[{queue: {add: a.mp3}, on_error: continue}]'
    const house = await houseWith(rulesOf({ one: work, two: add('b') }))
    house.rowFault = refusing('a')
    await house.press('left')
    expect(house.kept.queues).toEqual({ bedroom: ['b.mp3'] })
    expect(house.traces('one')).toMatchObject([{ outcome: 'done', steps: [{ outcome: 'failed' }] }])
  })
})

describe('a rule that does more', () => {
  test.each([
    ['in its next step', '[{queue: {add: a.mp3}}, {queue: {set: c.mp3}}]'],
    ['in a loop', '[{repeat: {times: 2, do: [{queue: {set: c.mp3}}]}}]'],
    ['behind a choice', '[{if: "true", then: [{queue: {add: a.mp3}}]}, {queue: {set: c.mp3}}]'],
    ['in one action', '[{queue: {set: c.mp3, shuffle: true}}]'],
    ['with a player told', '[{queue: {now: c.mp3}}]'],
  ])('%s is through with it before the next one begins', async (_, work) => {
    const house = await houseWith(rulesOf({ one: work, two: '[{queue: {set: b.mp3}}]' }))
    await house.press('left')
    expect(house.traces('one')[0]?.outcome).toBe('done')
    expect(house.kept.queues).toEqual({ bedroom: ['b.mp3'] })
  })

  test('at once is through with each before the next one begins', async () => {
    const work = '[{parallel: [[{queue: {add: a.mp3}}, {queue: {set: c.mp3}}], [{log: x}]]}]'
    const house = await houseWith(rulesOf({ one: work }))
    await house.press('left')
    expect(house.traces('one')[0]?.outcome).toBe('done')
    expect(house.kept.queues).toEqual({ bedroom: ['c.mp3'] })
  })

  test('at once still runs while one of them waits', async () => {
    const house = await houseWith(rulesOf({ one: '[{parallel: [[{set: {n: vars.n + 1}}], [{wait: 10s}]]}]' }))
    await house.press('left')
    await house.press('left')
    expect(house.traces('one').map(({ outcome }) => outcome)).toEqual(['ignored', 'running'])
  })
})

describe('an action', () => {
  const strange = (run: (context: ActionContext<unknown>) => Promise<LastEffect>) => ({
    actions: {
      strange: action({ title: 'T', describe: 'T.', examples: [], options: Type.Object({}), run }),
    },
  })
  const works = { one: '[{strange: {}}]', two: add('b') }
  const oneMore = { kind: 'set-var', name: 'n', value: 1 } as const
  const publish = { kind: 'publish', topic: 'one', payload: 'x', retain: false } as const

  test('ends with any effect, and can ask for nothing behind it', async () => {
    let late: ActionContext<unknown> | null = null
    const house = await houseWith(
      rulesOf(works),
      strange(async (context) => {
        late = context
        return publish
      }),
    )
    await house.press('left')
    expect(house.published).toEqual(['one x'])
    expect(house.traces('one')[0]?.steps[0]?.effects).toMatchObject([{ kind: 'publish', outcome: 'done' }])
    await expect((late as unknown as ActionContext<unknown>).effect(oneMore)).rejects.toThrow('has ended')
  })

  test('keeps others from the stream while something that it asked for before is under way', async () => {
    const house = await houseWith(
      rulesOf(works),
      strange(async ({ effect }) => {
        void effect(publish)
        return oneMore
      }),
    )
    const goOn = house.hold('one')
    await house.press('left')
    expect([house.kept.vars, house.kept.queues]).toEqual([{}, {}])
    goOn()
    await house.advance(1)
    expect(house.published).toEqual(['one x'])
    expect([house.kept.vars, house.kept.queues]).toEqual([{ n: 1 }, { bedroom: ['b.mp3'] }])
  })

  test('that is taken up after a kill ends with what it has not done', async () => {
    const house = await houseWith(
      rulesOf({ one: '[{strange: {}}]' }),
      strange(async ({ effect, clock }) => {
        await effect(publish)
        await clock.sleep(5000)
        return { kind: 'set-var', name: 'n', value: 1 }
      }),
    )
    await house.press('left')
    await house.kill()
    await house.advance(6)
    await house.kill()
    await house.advance(1)
    expect(house.published).toEqual(['one x'])
    expect(house.kept).toMatchObject({ vars: { n: 1 }, underWay: 0 })
  })
})
