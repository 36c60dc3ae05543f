import { Type } from 'typebox'
import { jsonField, jsonFieldPattern } from '../json-field.ts'
import { trigger } from '../plugin.ts'

export const mqtt = trigger({
  title: 'MQTT',
  describe:
    'A message came on the local broker, under a topic of your own; with `payload` only one that says just that. With `json` the payload is that field of the JSON object that came. What the broker had kept from before starts nothing.',
  examples: [
    '- mqtt: home/party/set',
    '- mqtt: {topic: home/party/set, payload: "ON"}',
    '- mqtt: {topic: zigbee2mqtt/+/action}',
    '- mqtt: {topic: zigbee2mqtt/den, json: action, payload: single}',
  ],
  options: Type.Object(
    {
      topic: Type.String({ minLength: 1, expected: 'a topic, such as home/party/set' }),
      payload: Type.Optional(Type.String()),
      json: Type.Optional(
        Type.String({ pattern: jsonFieldPattern, expected: 'the name of a field, such as action' }),
      ),
    },
    { additionalProperties: false },
  ),
  shorthand: 'topic',
  provides: { topic: 'text', payload: 'text' },
  references: ({ topic }) => [{ kind: 'topic', name: topic }],
  explain({ topic, payload, json }) {
    const what = payload === undefined ? 'a message' : payload === '' ? 'an empty message' : `"${payload}"`
    const field =
      json === undefined ? '' : payload === undefined ? ` with the field ${json}` : ` in the field ${json}`
    return `${what}${field} comes under ${topic} on the local broker`
  },
  start(context) {
    const { topic: filter, payload: wanted, json } = context.options
    // What a filter with + or # hears has its own topic beside it.
    context.on('mqtt', { topic: filter }, ({ name, payload: said }) => {
      if (typeof name !== 'string' || typeof said !== 'string') return
      const payload = json === undefined ? said : jsonField(said, json)
      if (payload === null || (wanted !== undefined && wanted !== payload)) return
      context.fire({ topic: name, payload }, `${shown(payload)} came under ${name}`)
    })
  },
})

const longestShown = 80

function shown(payload: string): string {
  return payload.length > longestShown ? `"${payload.slice(0, longestShown)}…"` : `"${payload}"`
}
