import { Type } from 'typebox'
import { request } from './request.ts'

export const reloadRules = request({
  describe:
    'Reads the rule files that were changed, now. What they say runs when the answer comes; `held_back` names those that do not run as they are written.',
  body: Type.Object({}, { additionalProperties: false }),
  answer: (_body, ports) => ports.reloadRules(),
})
