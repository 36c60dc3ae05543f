import { Type } from 'typebox'
import { isoOf } from '../../core/clock.ts'
import { request } from './request.ts'

// Yoto answers within a second or two; who asks waits for it once.
const patienceMs = 8000
const lookAgainMs = 200

export const signIn = request({
  describe:
    'Offers a sign-in at Yoto where nobody is signed in, and answers with the address and the code to enter there.',
  body: Type.Object({}, { additionalProperties: false }),
  async answer(_body, { signIn: offer, signInState, clock, stopping }) {
    offer()
    const endMs = clock.now().getTime() + patienceMs
    for (;;) {
      const { state, problem, device } = signInState()
      const mayCome = device === null && state !== 'signed_in' && state !== 'not_set_up'
      if (!mayCome || stopping.aborted || clock.now().getTime() >= endMs)
        return {
          state,
          problem,
          device:
            device === null
              ? null
              : {
                  url: device.url,
                  complete_url: device.completeUrl,
                  code: device.code,
                  expires_at: isoOf(device.expiresAt),
                },
        }
      await clock.sleep(lookAgainMs, stopping).catch(() => undefined)
    }
  },
})
