import { Type } from 'typebox'
import { trigger } from '../plugin.ts'

export const startup = trigger({
  title: 'Start-up',
  describe: 'The product has started and its rules are running.',
  examples: ['- startup: {}'],
  options: Type.Object({}, { additionalProperties: false }),
  explain: () => 'the product has started',
  start(context) {
    context.on('startup', {}, () => context.fire({}, 'the product started'))
  },
})
