import Koa from 'koa'
import { expect, onTestFinished, test } from 'vitest'
import { AppError } from '../../src/core/error.ts'
import { answerErrors } from '../../src/http/errors.ts'
import { listen } from '../../src/http/server.ts'
import { createRedactor } from '../../src/log/redactor.ts'
import { recordingLog } from '../support/recording-log.ts'

test('no error is answered with a secret in it', async () => {
  const redactor = createRedactor()
  redactor.add('correct horse')
  const app = new Koa()
  app.use(answerErrors(recordingLog(), redactor.redactAll))
  app.use(() => {
    throw new AppError('refused', 'the broker refused "correct horse"', {
      details: { fields: [{ url: 'redis://house:hunter22@nas' }], count: 2, none: null },
    })
  })
  const door = await listen({ app, host: '127.0.0.1', port: 0, what: 'panel', option: 'panel.port' })
  onTestFinished(() => door.stop())
  const answer = await fetch(door.url)
  expect([answer.status, await answer.json()]).toEqual([
    502,
    {
      error: {
        code: 'refused',
        message: 'the broker refused "***"',
        details: { fields: [{ url: 'redis://house:***@nas' }], count: 2, none: null },
      },
    },
  ])
})

test('a browser that wants a page gets the message in one, and whatever stands in it is text', async () => {
  const app = new Koa()
  app.use(answerErrors(recordingLog(), createRedactor().redactAll))
  app.use(() => {
    throw new AppError('forbidden', 'nobody knows "<b>x</b>"')
  })
  const door = await listen({ app, host: '127.0.0.1', port: 0, what: 'panel', option: 'panel.port' })
  onTestFinished(() => door.stop())
  const asked = async (path: string, accept: string) => {
    const answer = await fetch(door.url + path, { headers: { accept } })
    return [answer.status, answer.headers.get('content-type'), await answer.text()]
  }
  const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
  const [status, type, page] = await asked('/', browser)
  expect([status, type]).toEqual([403, 'text/html; charset=utf-8'])
  expect(page).toContain('<p>nobody knows &quot;&lt;b&gt;x&lt;/b&gt;&quot;</p>')
  for (const [path, accept] of [
    ['/', '*/*'],
    ['/', 'application/json'],
    ['/api/players', browser],
  ] as const)
    expect((await asked(path, accept))[1], path).toBe('application/json; charset=utf-8')
})
