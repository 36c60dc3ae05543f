import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { SpareBuffers } from '../../src/http/spare-buffers.ts'
import { requestFor, wireTo } from '../support/media-door.ts'

const bytesEach = 64 * 1024

test('what was given back is taken again, as long as it has to be', () => {
  const spare = new SpareBuffers()
  const first = spare.take(bytesEach)
  if (first === undefined) throw new Error('it takes whole ones')
  spare.giveBack(first)
  const next = spare.take(bytesEach - 100)
  expect(next?.buffer).toBe(first.buffer)
  expect(next?.length).toBe(bytesEach - 100)
  expect(spare.take(bytesEach)?.buffer).not.toBe(first.buffer)
})

test('short and long ones are none of its business', () => {
  const spare = new SpareBuffers()
  expect([0, 100, bytesEach + 1].map((length) => spare.take(length))).toEqual([
    undefined,
    undefined,
    undefined,
  ])
})

test('it keeps no more than some', () => {
  const spare = new SpareBuffers()
  const taken = Array.from({ length: 200 }, () => spare.take(bytesEach))
  for (const buffer of taken) if (buffer !== undefined) spare.giveBack(buffer)
  expect(spare.size).toBe(64)
})

test('an answer gives back what it was sent from once it is out, and nothing when it breaks off', async () => {
  const spare = new SpareBuffers()
  const server = createServer((_request, response) => {
    const buffer = spare.take(bytesEach)
    if (buffer === undefined) return
    spare.giveBackAfter(response, buffer)
    if (_request.url === '/broken') response.destroy()
    else response.end(buffer)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const broken = await wireTo(port, requestFor('/broken'))
  await broken.ended
  expect(spare.size).toBe(0)
  const whole = await wireTo(port, requestFor('/', 'Connection: close'))
  await whole.ended
  expect(spare.size).toBe(1)
})
