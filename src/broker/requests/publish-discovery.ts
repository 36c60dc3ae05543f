import { Type } from 'typebox'
import { request } from './request.ts'

export const publishDiscovery = request({
  describe: 'Tells Home Assistant of every device once more, also of those that were deleted there.',
  body: Type.Object({}, { additionalProperties: false }),
  answer(_body, ports) {
    ports.discoverAgain()
    return { published: true }
  },
})
