import { Type } from 'typebox'
import { jsonField, jsonFieldPattern } from '../json-field.ts'
import { trigger } from '../plugin.ts'

export const webhook = trigger({
  title: 'Webhook',
  describe:
    'Somebody has called the address of this webhook; with `body` only with just that text. With `json` the body is that field of the JSON object that came. The address is made by the product: `GET /api/webhooks` shows it to admins.',
  examples: [
    '- webhook: garden-bell',
    '- webhook: {name: garden-bell, body: ring}',
    '- webhook: {name: garden-bell, json: event.type}',
  ],
  options: Type.Object(
    {
      name: Type.String({
        pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$',
        expected: 'a name of up to 64 letters, digits, `-` and `_`, such as garden-bell',
      }),
      body: Type.Optional(Type.String()),
      json: Type.Optional(
        Type.String({ pattern: jsonFieldPattern, expected: 'the name of a field, such as event' }),
      ),
    },
    { additionalProperties: false },
  ),
  shorthand: 'name',
  provides: { name: 'text', body: 'text' },
  explain({ name, body, json }) {
    const field =
      json === undefined ? [] : [body === undefined ? `with the field ${json}` : `in the field ${json}`]
    const what = body === undefined ? [] : [`with "${body}"`]
    return [`the webhook ${name} is called`, ...what, ...field].join(' ')
  },
  start(context) {
    const { name, body: wanted, json } = context.options
    context.on('webhook', { key: name }, ({ body: said }) => {
      if (typeof said !== 'string') return
      const body = json === undefined ? said : jsonField(said, json)
      if (body === null || (wanted !== undefined && wanted !== body)) return
      context.fire({ name, body }, `the webhook ${name} was called`)
    })
  },
})
