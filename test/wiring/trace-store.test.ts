import { expect, test } from 'vitest'
import { memoryStorage } from '../../src/core/memory-collection.ts'
import type { RunTrace } from '../../src/rules/running/trace.ts'
import { openTraceStore } from '../../src/wiring/trace-store.ts'

function trace(id: number, rule: string): RunTrace {
  return {
    ...{ id, rule, at: '2026-11-21T10:00:00+00:00', because: 'the secret door', outcome: 'done', why: null },
    ...{ trigger: { kind: 'button', data: {} }, saw: [], steps: [], ended_at: '2026-11-21T10:00:00+00:00' },
  }
}

const asItIs = <Value>(value: Value) => value
/** Takes "secret" out of texts. */
const redactAll = <Value>(value: Value) =>
  JSON.parse(JSON.stringify(value).replaceAll('secret', '…')) as Value

test('what is kept has no secrets', async () => {
  const storage = memoryStorage()
  const store = await openTraceStore(storage, redactAll)
  await store.set('1', trace(7, 'door'))
  await store.set('2', null)
  expect(Object.fromEntries(await storage.collection('run-traces').entries())).toEqual({
    1: { ...trace(7, 'door'), because: 'the … door' },
    2: null,
  })
})

test('traces that an earlier version kept by rule are there by run', async () => {
  const storage = memoryStorage()
  const byRule = storage.collection<readonly RunTrace[]>('traces')
  await byRule.set('door', [trace(9, 'door'), trace(7, 'door')])
  await byRule.set('lamp', [trace(8, 'lamp')])
  const store = await openTraceStore(storage, asItIs)
  const ids = async () => (await store.entries()).map(([, row]) => row?.id).sort()
  expect(await ids()).toEqual([7, 8, 9])
  expect(await byRule.entries()).toEqual([])
  // Killed before all of them were taken out.
  await byRule.set('lamp', [trace(8, 'lamp')])
  await store.set('1', trace(10, 'door'))
  const again = await openTraceStore(storage, asItIs)
  expect((await again.entries()).map(([, row]) => row?.id).sort()).toEqual(await ids())
  expect(await ids()).toContain(10)
  expect(await byRule.entries()).toEqual([])
})
