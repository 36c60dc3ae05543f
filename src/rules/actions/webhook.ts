import { Type } from 'typebox'
import { webhookMethods } from '../../core/effect.ts'
import { AppError } from '../../core/error.ts'
import { withInnerTexts } from '../inner-texts.ts'
import { action } from '../plugin.ts'

const values = Type.Record(Type.String({ minLength: 1 }), Type.String(), {
  expected: 'names with their values, as in {party: true}',
})

export const webhook = action({
  title: 'Webhook',
  describe:
    'Calls an address by http or https, in the household or beyond it: `json` sends an object, `body` any text. It has to answer within 10 s.',
  examples: [
    '- webhook: http://nodered.local:1880/good-night',
    '- webhook: {url: "http://192.168.1.9/api/light", method: PUT, json: {on: true}}',
    '- webhook: {url: "https://example.org/hook", headers: {Authorization: Bearer abc}, body: Good night}',
  ],
  options: Type.Object(
    {
      url: Type.String({
        pattern: '^(https?://[^\\s]+|\\$\\{.*)$',
        expected: 'an address that begins with http:// or https://',
      }),
      method: Type.Optional(Type.Union(webhookMethods.map((method) => Type.Literal(method)))),
      headers: Type.Optional(values),
      body: Type.Optional(Type.String()),
      json: Type.Optional(values),
    },
    { additionalProperties: false },
  ),
  shorthand: 'url',
  texts: ['url', 'headers', 'body', 'json'],
  // What stands behind the host may hold secrets.
  explain: ({ url, method = 'POST' }) =>
    `calls a webhook${URL.canParse(url) ? ` on ${new URL(url).host}` : ''} by ${method}`,
  async run({ options, effect }) {
    const { url, method = 'POST', body, json } = options
    if (body !== undefined && json !== undefined)
      throw new AppError('invalid', '`webhook` takes either `body` or `json`')
    const headers = filledIn(options, 'headers', options.headers)
    const sent = json === undefined ? (body ?? null) : JSON.stringify(typed(filledIn(options, 'json', json)))
    await effect({
      kind: 'webhook',
      url,
      method,
      headers,
      body: sent,
      type: json === undefined ? 'text' : 'json',
    })
  },
})

/** The texts of a map as they read now. */
function filledIn(
  options: object,
  name: 'headers' | 'json',
  written: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const filled = withInnerTexts(options, name, written)
  return Object.fromEntries(Object.entries(Object(filled)).map(([key, text]) => [key, String(text)]))
}

/** What reads as a number, as true or as false is sent as that. */
function typed(texts: Readonly<Record<string, string>>): Readonly<Record<string, string | number | boolean>> {
  const words = new Map([
    ['true', true],
    ['false', false],
  ])
  const numbers = /^-?(0|[1-9]\d{0,14})(\.\d{1,15})?$/
  return Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [
      key,
      words.get(text) ?? (numbers.test(text) ? Number(text) : text),
    ]),
  )
}
