import { Type } from 'typebox'
import { action } from '../plugin.ts'

export const mqtt = action({
  title: 'MQTT',
  describe: 'Publishes a message on the local broker, under a topic that is not one of the product itself.',
  examples: ['- mqtt: {topic: home/nursery/lamp/set, payload: "ON"}'],
  options: Type.Object(
    {
      topic: Type.String(),
      payload: Type.Optional(Type.String()),
      retain: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false },
  ),
  texts: ['payload'],
  references: ({ topic }) => [{ kind: 'topic', name: topic }],
  explain: ({ topic, payload = '', retain }) =>
    `publishes ${payload === '' ? 'an empty message' : `"${payload}"`} to ${topic} on the local broker${retain === true ? ', to stay there' : ''}`,
  run: ({ options, effect }) =>
    effect({
      kind: 'publish',
      topic: options.topic,
      payload: options.payload ?? '',
      retain: options.retain ?? false,
    }),
})
