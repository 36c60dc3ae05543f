import { Type } from 'typebox'
import { AppError } from '../../core/error.ts'
import { failureOf } from '../failure.ts'
import { request } from './request.ts'

/** Fails only where no player could be asked. */
export const refreshPlayers = request({
  describe: 'Asks every player for all it has to say.',
  body: Type.Object({}, { additionalProperties: false }),
  async answer(_body, { players, perform }) {
    const results = await Promise.all(
      players().map(async ({ id }) => {
        try {
          const command = { type: 'refresh' } as const
          await perform({ kind: 'command', player: id, command }, 'MQTT request players/refresh')
          return { id, error: null }
        } catch (error) {
          return { id, error }
        }
      }),
    )
    const refreshed = results.filter(({ error }) => error === null).map(({ id }) => id)
    const failed = results
      .filter(({ error }) => error !== null)
      .map(({ id, error }) => ({ id, failure: failureOf(error) }))
    const [first] = results
    if (refreshed.length === 0 && first !== undefined) throw withDetails(first.error, { failed })
    return { refreshed, failed }
  },
})

function withDetails(error: unknown, details: Readonly<Record<string, unknown>>): unknown {
  return error instanceof AppError
    ? new AppError(error.code, error.message, { cause: error.cause, details })
    : error
}
