import { Type } from 'typebox'
import { request } from './request.ts'

export const restart = request({
  describe: 'Ends the product and has Home Assistant start it again.',
  body: Type.Object({}, { additionalProperties: false }),
  async answer(_body, ports) {
    await ports.restart()
    return { restarting: true }
  },
})
