import { Type } from 'typebox'
import { request } from './request.ts'

export const info = request({
  describe: 'What `bridge/info` says.',
  body: Type.Object({}, { additionalProperties: false }),
  answer: (_body, ports) => ports.info(),
})
