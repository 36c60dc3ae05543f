import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isJsonObject, type JsonObject } from '../../src/core/json.ts'
import { cardTextIn, editedCard } from '../../src/yoto/edited-card.ts'
import { parseJson } from '../../src/yoto/json.ts'

const recorded = resolve('../shared/fixtures/yoto')

/** The document of a text, as the product reads it. */
function read(text: string): JsonObject {
  const value = parseJson(text)
  if (!isJsonObject(value)) throw new Error('the test made no object')
  return isJsonObject(value.card) ? value.card : value
}

function edited(text: string, change: (json: JsonObject) => JsonObject): string {
  const result = editedCard(text, change(read(text)))
  if (result === undefined) throw new Error(`it cannot be edited: ${text}`)
  return result
}

/** The tokens of a JSON text, by another way than that of the product. */
function tokensOf(text: string): string[] {
  return text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? []
}

const odd = String.raw`{
  "title" :"Caf\u00e9 \/ ☕", "order": 1.0, "big":12345678901234567890, "exp" : 12e4,
  "key": 08, "cardId" : 12e4, "same": 1, "same": 2.50,
	"deep": {"list":[ 1.0,2 , {"x":"\ud83d\ude00"},[] ], "nil":null}, "empty":{ } }`

describe('one change in a strange document', () => {
  test('is the only one, whatever the spelling of all else', () => {
    const cases: [(json: JsonObject) => JsonObject, string, string][] = [
      [(json) => ({ ...json, title: 'B' }), String.raw`"Caf\u00e9 \/ ☕"`, '"B"'],
      [(json) => ({ ...json, order: 2 }), '"order": 1.0', '"order": 2'],
      [(json) => ({ ...json, same: 3 }), '2.50', '3'],
      [(json) => ({ ...json, key: '09' }), '08,', '"09",'],
      [(json) => ({ ...json, new: [] }), '"empty":{ } }', '"empty":{ },"new":[] }'],
      [(json) => ({ ...json, empty: { a: 1 } }), '"empty":{ }', '"empty":{"a":1 }'],
    ]
    for (const [change, before, after] of cases) {
      expect(odd.split(before)).toHaveLength(2)
      expect(edited(odd, change)).toBe(odd.replace(before, () => after))
    }
  })

  test('reads ids that were sent as numbers as what they are', () => {
    expect(read(odd)).toMatchObject({ key: '08', cardId: '12e4' })
    expect(edited(odd, (json) => ({ ...json }))).toBe(odd)
    expect(edited(odd, (json) => structuredClone(json))).toBe(odd)
  })

  test('takes out a field with all its repetitions', () => {
    const without = edited(odd, ({ same: _, ...json }) => json)
    expect(without).toBe(odd.replace(' "same": 1, "same": 2.50,', ''))
    const first = edited(odd, ({ title: _, ...json }) => json)
    expect(first).toBe(odd.replace(String.raw`"title" :"Caf\u00e9 \/ ☕", `, ''))
  })

  test('takes what is undefined for absent', () => {
    const { title: _, ...untitled } = read(odd)
    expect(editedCard(odd, { ...read(odd), title: undefined })).toBe(editedCard(odd, untitled))
  })

  test('leaves the items of a list alone between which one comes or goes', () => {
    const text = '{"list": [ {"a": 1.0}, {"a": 2.0}, {"a":3.0} ]}'
    const list = [{ a: 1 }, { a: 2 }, { a: 3 }]
    const set = (list: unknown[]) => edited(text, () => ({ list }))
    expect(set([list[0], list[2]])).toBe('{"list": [ {"a": 1.0}, {"a":3.0} ]}')
    expect(set([list[1], list[2]])).toBe('{"list": [ {"a": 2.0}, {"a":3.0} ]}')
    expect(set([list[0], list[1]])).toBe('{"list": [ {"a": 1.0}, {"a": 2.0} ]}')
    expect(set([])).toBe('{"list": [  ]}')
    expect(set([list[0], 7, list[1], list[2]])).toBe('{"list": [ {"a": 1.0},7, {"a": 2.0}, {"a":3.0} ]}')
    expect(set([7, ...list])).toBe('{"list": [7, {"a": 1.0}, {"a": 2.0}, {"a":3.0} ]}')
    expect(set([...list, 7])).toBe('{"list": [ {"a": 1.0}, {"a": 2.0}, {"a":3.0},7 ]}')
  })
})

test('the card is taken out of its envelope, and the last of two', () => {
  const text = '{"card": {"a": 0}, "x": [1], "card" : {"title": "A", "n": 1.0 } ,"ownership":{}}'
  expect(cardTextIn(text)).toBe('{"title": "A", "n": 1.0 }')
  expect(edited(text, (json) => ({ ...json, title: 'B' }))).toBe('{"title": "B", "n": 1.0 }')
})

test.each(['', '[]', '7', '{"a":1', '{"a":1} x', '{"a":1,}', '{/* a */"a":1}', '['.repeat(100_000)])(
  'what is no card in JSON cannot be edited',
  (text) => {
    expect(editedCard(text, { a: 2 })).toBeUndefined()
    expect(cardTextIn(text)).toBeUndefined()
  },
)

test('a document of a megabyte is edited at hundreds of places at once', () => {
  const chapters = Array.from(
    { length: 6000 },
    (_, at) => `{"key":"${at}","n":${at}.0,"text":"${'é'.repeat(60)}"}`,
  )
  const text = `{"title":"A","content":{"chapters":[${chapters.join(', ')}]}}`
  expect(Buffer.byteLength(text)).toBeGreaterThan(900_000)
  const result = edited(text, (json) => {
    const { chapters } = json.content as { chapters: JsonObject[] }
    return {
      ...json,
      content: { chapters: chapters.map((each, at) => (at % 10 ? each : { ...each, text: 'x' })) },
    }
  })
  expect(result.match(/"text":"x"/g)).toHaveLength(600)
  expect(result.match(/"n":\d+\.0,/g)).toHaveLength(6000)
})

interface Written {
  /** Its text in pieces; the place of the change lies between the two. */
  readonly before: string
  readonly text: string
  readonly after: string
  readonly path: readonly (string | number)[]
}

const space = fc.constantFrom('', '', ' ', '\n  ', '\t')
const name = fc.oneof(
  fc.constantFrom('title', 'key', 'cardId', 'content', 'trackUrl', 'a', '__proto__', 'toString', 'é', ''),
  fc.string({ maxLength: 4 }),
)
const spelt = (text: string) =>
  fc.boolean().map((isEscaped) => {
    const json = JSON.stringify(text)
    return isEscaped
      ? json.replace(/[^\0-\x7f]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`)
      : json
  })
const scalar = fc.oneof(
  fc.constantFrom(
    '1.0',
    '-0',
    '12e4',
    '0.1E+2',
    '12345678901234567890',
    '1e999',
    'null',
    'true',
    'false',
    '""',
  ),
  fc.integer().map(String),
  fc.string({ unit: 'binary', maxLength: 8 }).chain(spelt),
)

/** Any JSON, spelt in any way; names may be repeated. */
const anyJson = fc.letrec<{ value: string; list: string; record: string }>((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalar, tie('list'), tie('record')),
  list: fc
    .array(fc.tuple(space, tie('value'), space), { maxLength: 4 })
    .map((items) => `[${items.map((item) => item.join('')).join(',')}]`),
  record: fc
    .array(fc.tuple(space, name.chain(spelt), space, space, tie('value'), space), { maxLength: 4 })
    .map((fields) => `{${fields.map(([a, n, b, c, v, d]) => `${a}${n}${b}:${c}${v}${d}`).join(',')}}`),
}))

/** A document with one place that is known, by its path and by what stands before it and behind it. */
const document: fc.Arbitrary<Written> = fc
  .record({
    steps: fc.array(
      fc.record({
        name: fc.option(fc.constantFrom('content', 'chapters', 'display', 'é', 'x y'), { nil: undefined }),
        before: fc.array(anyJson.value, { maxLength: 3 }),
        after: fc.array(anyJson.value, { maxLength: 3 }),
        space,
      }),
      { maxLength: 4 },
    ),
    text: anyJson.value,
    spaces: fc.tuple(space, space),
  })
  .map(({ steps, text, spaces: [left, right] }) => {
    // Names of fields around the place are none of its own, nor of an id.
    const fields = (values: readonly string[], from: string) =>
      values.map((value, at) => `"${from}${at}" :${value}`)
    const path: (string | number)[] = []
    let [before, after] = ['', '']
    for (const step of [{ name: 'content', before: [], after: [], space: '' }, ...steps]) {
      if (step.name === undefined) {
        path.push(step.before.length)
        before += `[${step.before.map((value) => `${value},`).join('')}${step.space}`
        after = `${step.space}${step.after.map((value) => `,${value}`).join('')}]${after}`
      } else {
        path.push(step.name)
        before += `{${fields(step.before, 'b')
          .map((field) => `${field},`)
          .join('')}"${step.name}"${step.space}:`
        after = `${fields(step.after, 'z')
          .map((field) => `,${field}`)
          .join('')}${step.space}}${after}`
      }
    }
    return { before: before + left, text, after: right + after, path }
  })

/** The value with another at the path; without one the place is taken out. */
function withAt(
  value: unknown,
  [step, ...rest]: readonly (string | number)[],
  change: (old: unknown) => unknown,
): unknown {
  if (step === undefined) return change(value)
  if (typeof step === 'number' && Array.isArray(value))
    return value.map((item, at) => (at === step ? withAt(item, rest, change) : item))
  if (isJsonObject(value)) return { ...value, [step]: withAt(value[step], rest, change) }
  throw new Error('the test made another document')
}

const runs = 400
const plainValue = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null))

test('any one value is changed, and everything else stays byte for byte', () => {
  fc.assert(
    fc.property(document, plainValue, fc.boolean(), ({ before, text, after, path }, value, isWrapped) => {
      const whole = before + text + after
      const sent = isWrapped ? `{ "card" :${whole}, "ownership":{"x": 1.0}}` : whole
      const isEnvelope = isWrapped || path.length === 0
      fc.pre(isEnvelope || !isJsonObject(read(whole).card))
      const changed = withAt(read(sent), path, () => value)
      if (!isJsonObject(changed)) throw new Error('the test made another document')
      const result = editedCard(sent, changed)
      const isTheSame = (parseJson(`{"x":${text}}`) as JsonObject).x === value
      expect(result).toBe(isTheSame ? whole : before + JSON.stringify(value) + after)
    }),
    { numRuns: runs },
  )
})

test('a field that comes or goes takes no other token with it', () => {
  fc.assert(
    fc.property(document, plainValue, fc.boolean(), (written, value, isAdded) => {
      const { before, after, path } = written
      const inner = isAdded ? '{"one":1.0}' : '{ "one":1.0 ,"gone" : [{}], "two":[2.0]}'
      const whole = before + inner + after
      const wanted = isAdded ? { one: 1, new: value } : { one: 1, two: [2] }
      const changed = withAt(read(whole), path, () => wanted)
      if (!isJsonObject(changed)) throw new Error('the test made another document')
      const target = isAdded ? `{"one":1.0,"new":${JSON.stringify(value)}}` : '{"one":1.0,"two":[2.0]}'
      const result = editedCard(whole, changed) ?? ''
      expect(tokensOf(result)).toEqual(tokensOf(before + target + after))
      expect(result.startsWith(before)).toBe(true)
      expect(result.endsWith(after)).toBe(true)
    }),
    { numRuns: runs },
  )
})

test('any document can become any other, and reads as that', () => {
  fc.assert(
    fc.property(anyJson.record, anyJson.record, (one, other) => {
      fc.pre(!isJsonObject((parseJson(one) as JsonObject).card))
      const wanted = read(`{"card":${other}}`)
      const result = editedCard(one, wanted)
      const reread = parseJson(result ?? '')
      // `-0` and what is too big for a number are no JSON that can be told from others.
      expect(JSON.parse(JSON.stringify(reread))).toEqual(JSON.parse(JSON.stringify(wanted)))
    }),
    { numRuns: runs },
  )
})

const jets = ['', '-free'].map((end) => `${recorded}/card-stream-dreaming-of-a-jet-plane${end}.json`)

describe.skipIf(!jets.every(existsSync))('the recorded stream cards (skipped where they are absent)', () => {
  test.each(jets)('are changed in one place alone', (file) => {
    const text = readFileSync(file, 'utf8').trim()
    const bare = cardTextIn(text) ?? ''
    expect(edited(text, (json) => json)).toBe(bare)
    const at = (path: readonly (string | number)[], value: string) =>
      edited(text, (json) => withAt(json, path, () => value) as JsonObject)
    const places = ['content', 'chapters', 1] as const
    const { title, content } = read(text) as {
      title: string
      content: { chapters: { display: { icon16x16: string }; tracks: { trackUrl: string }[] }[] }
    }
    const chapter = content.chapters[1]
    const { trackUrl } = chapter?.tracks[0] ?? { trackUrl: '' }
    const icon16x16 = chapter?.display.icon16x16 ?? ''
    for (const [path, before, value] of [
      [['title'], `"title": "${title}"`, 'Näher 😀'],
      [[...places, 'tracks', 0, 'trackUrl'], `"trackUrl": "${trackUrl}"`, 'https://example.org/other'],
      [[...places, 'display', 'icon16x16'], `"icon16x16": "${icon16x16}"`, `yoto:#${'i'.repeat(43)}`],
    ] as const) {
      const field = path.at(-1)
      // The track shows the same picture as its chapter, and stands before it.
      const start = bare.lastIndexOf(before)
      expect(bare.indexOf(before)).toBeGreaterThan(0)
      expect(at(path, value)).toBe(
        `${bare.slice(0, start)}"${field}": "${value}"${bare.slice(start + before.length)}`,
      )
    }
  })
})
