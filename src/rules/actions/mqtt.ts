import { Type } from 'typebox'
import { action } from '../plugin.ts'

export const mqtt = action({
  title: 'MQTT',
  describe: 'Publishes a message on the local broker.',
  examples: ['- mqtt: {topic: home/nursery/lamp/set, payload: "ON"}'],
  options: Type.Object(
    {
      topic: Type.String({ minLength: 1, pattern: '^[^#+\\u0000]+$', expected: 'a topic without + and #' }),
      payload: Type.Optional(Type.String()),
      retain: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false },
  ),
  run: ({ options, effect }) =>
    effect({
      kind: 'publish',
      topic: options.topic,
      payload: options.payload ?? '',
      retain: options.retain ?? false,
    }),
})
