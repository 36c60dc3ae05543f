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
