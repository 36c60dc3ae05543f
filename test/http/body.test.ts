import { expect, onTestFinished, test } from 'vitest'
import { wireTo } from '../support/media-door.ts'
import { openPasswordDoor } from '../support/password-door.ts'

async function opened() {
  const door = await openPasswordDoor()
  onTestFinished(() => door.stop())
  return door
}

const login = (port: number, length: number) =>
  [
    'POST /api/user/login HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'Content-Type: application/json',
    `Content-Length: ${length}`,
    '',
    '{',
  ].join('\r\n')

test('a body that is dribbled in has ten seconds, and then its connection is ended', async () => {
  const { port, clock } = await opened()
  const wire = await wireTo(port, login(port, 1000))
  const drops = setInterval(() => wire.socket.write(' '), 20)
  onTestFinished(() => clearInterval(drops))
  let seconds = 0
  for (; wire.said() === ''; seconds++) {
    await new Promise((resolve) => setTimeout(resolve, 10))
    await clock.advance(1000)
  }
  expect(seconds).toBeGreaterThanOrEqual(10)
  await wire.ended
  expect(wire.said()).toContain('408 Request Timeout')
  expect(wire.said()).toContain('{"code":"too_slow","message":"the body was not here within 10 s"}')
})

test('a body that is too long or no JSON is refused in words', async () => {
  const { url } = await opened()
  const answerTo = async (body: string) => {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${url}/api/user/login`, { method: 'POST', headers, body })
    return [answer.status, ((await answer.json()) as { error: unknown }).error]
  }
  expect(await answerTo(`{"username":"${'x'.repeat(2 ** 20)}"}`)).toEqual([
    413,
    { code: 'too_large', message: 'the body is larger than 1 MiB' },
  ])
  expect(await answerTo('{"username":')).toEqual([400, { code: 'invalid', message: 'the body is not JSON' }])
})
