import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseSettings } from '../../src/yoto/parse.ts'
import { editedConfig, settingFields, untaken, writtenSettings } from '../../src/yoto/settings.ts'

const recorded = resolve('../shared/fixtures/yoto/rest-device-config-v3.json')

/** One of an object's members as it stands in a text. */
interface Member {
  readonly before: string
  readonly name: string
  readonly between: string
  readonly value: string
  readonly after: string
}

const space = fc
  .array(fc.constantFrom(' ', '\n', '\r\n', '\t'), { maxLength: 3 })
  .map((parts) => parts.join(''))
const number = fc.constantFrom(
  '0',
  '-0',
  '1.0',
  '1e3',
  '1E+03',
  '-0.50',
  '12345678901234567890123',
  '5e-324',
  '1e400',
)
const escaped = fc.constantFrom(
  '"\\u0041"',
  '"\\/"',
  '"\\ud83d\\ude00"',
  '"\\udc00"',
  '"é"',
  '"\u2028"',
  '"😀"',
)
const literal = fc.oneof(
  number,
  escaped,
  fc.constantFrom('true', 'false', 'null', '""', '"16"', '[]', '{}', '[ ]', '{\n}'),
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
)
const asked = settingFields.map(({ wire }) => wire)
const name = fc
  .oneof(
    fc.constantFrom('"__proto__"', '"constructor"', '"a\\u0062c"', '"alarms"', '"max\\u0056olumeLimi"'),
    fc.string({ maxLength: 8 }).map((text) => JSON.stringify(text)),
  )
  .filter((text) => !asked.includes(JSON.parse(text)))
const { value } = fc.letrec<{ value: string; list: string; object: string }>((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, literal, tie('list'), tie('object')),
  list: fc
    .array(fc.tuple(space, tie('value'), space), { maxLength: 3 })
    .map((items) => `[${items.map((item) => item.join('')).join(',')}]`),
  object: members(fc.array(member(name, tie('value')), { maxLength: 3 })).map(objectText),
}))

function member(names: fc.Arbitrary<string>, values: fc.Arbitrary<string>): fc.Arbitrary<Member> {
  return fc.record({ before: space, name: names, between: space, value: values, after: space })
}

function members(list: fc.Arbitrary<Member[]>): fc.Arbitrary<Member[]> {
  return list.map((all) => {
    const names = new Set<string>()
    return all.filter((each) => {
      const decoded = JSON.parse(each.name)
      return names.has(decoded) ? false : names.add(decoded)
    })
  })
}

function memberText({ before, name, between, value, after }: Member): string {
  return `${before}${name}${between}:${between}${value}${after}`
}

function objectText(all: readonly Member[]): string {
  return `{${all.map(memberText).join(',')}}`
}

const own = member(fc.constantFrom(...asked.map((wire) => JSON.stringify(wire))), fc.oneof(literal, value))
const config = members(
  fc
    .tuple(fc.array(member(name, value), { maxLength: 6 }), fc.array(own, { maxLength: 4 }))
    .chain(([others, owned]) => fc.shuffledSubarray([...others, ...owned], { minLength: others.length })),
)
const writings = fc
  .dictionary(fc.constantFrom(...asked), fc.constantFrom('0', '16', '#0', '#ff8800'), { minKeys: 1 })
  .map((all) => new Map(Object.entries(all)))

describe('a written config', () => {
  test('has every byte it had but those of the settings that were asked for', () => {
    fc.assert(
      fc.property(config, writings, space, member(name, value), (before, written, gap, other) => {
        const text = `${gap}{${memberText(other)},"device"${gap}:{"status":{"maxVolumeLimit":"1"},${gap}"config":${gap}${objectText(before)}${gap}}}`
        const decoded = JSON.parse(other.name)
        fc.pre(decoded !== 'device')
        const edited = editedConfig(Buffer.from(text), written)
        const present = new Set(before.map((each) => JSON.parse(each.name)))
        const kept = before.map((each) => {
          const wish = written.get(JSON.parse(each.name))
          return wish === undefined ? each : { ...each, value: JSON.stringify(wish) }
        })
        const added = [...written].filter(([wire]) => !present.has(wire))
        const keptText = objectText(kept)
        if (added.length === 0) expect(edited).toBe(keptText)
        const tail = kept.at(-1)?.after ?? ''
        const head = keptText.slice(0, keptText.length - 1 - tail.length)
        expect(edited?.startsWith(head)).toBe(true)
        expect(edited?.endsWith(`${tail}}`)).toBe(true)
        const rest = edited?.slice(head.length, edited.length - 1 - tail.length) ?? ''
        expect(JSON.parse(`{${rest.replace(/^,/, '')}}`)).toEqual(Object.fromEntries(added))
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    ['no config', '{"device":{"config":[]}}'],
    ['no device', '{"config":{}}'],
    ['comments', '{"device":{"config":{/* why */}}}'],
    ['a comma too many', '{"device":{"config":{"a":1,}}}'],
    ['brackets without end', `{"device":{"config":{"a":${'['.repeat(200_000)}`],
    ['a byte that is no UTF-8', Buffer.from([...Buffer.from('{"device":{"config":{"a":"'), 0xff, 0x22])],
  ])('is not made of an answer with %s', (_, answer) => {
    expect(editedConfig(Buffer.from(answer), new Map([['maxVolumeLimit', '3']]))).toBeUndefined()
  })

  test.skipIf(!existsSync(recorded))(
    'of the recorded player differs in one line (skipped where the recordings are absent)',
    () => {
      const text = readFileSync(recorded, 'utf8')
      const edited = editedConfig(Buffer.from(text), new Map([['nightMaxVolumeLimit', '5']]))
      expect(text).toContain(edited?.replace('"nightMaxVolumeLimit": "5"', '"nightMaxVolumeLimit": "8"'))
    },
  )
})

describe('the table of settings', () => {
  test('reads back what it writes, each row alone', () => {
    const wishes = [
      { volume_max_step_day: 0 },
      { volume_max_step_day: 16 },
      { volume_max_step_night: 7 },
      { ambient_day: '#ff8800' },
      { ambient_day: 'off' },
      { ambient_night: '#0a0b0c' },
    ]
    for (const wish of wishes) {
      const written = writtenSettings(wish)
      expect(written.size).toBe(1)
      expect(parseSettings(Object.fromEntries(written)).patch).toEqual(wish)
    }
  })

  test("speaks Yoto's own spelling", () => {
    const wish = {
      volume_max_step_day: 3,
      volume_max_step_night: 0,
      ambient_day: 'off',
      ambient_night: '#AABBCC',
    }
    expect(Object.fromEntries(writtenSettings(wish))).toEqual({
      maxVolumeLimit: '3',
      nightMaxVolumeLimit: '0',
      ambientColour: '#0',
      nightAmbientColour: '#aabbcc',
    })
    expect(untaken(wish, { ...wish, ambient_night: '#aabbcc' })).toEqual([])
    expect(untaken(wish, { volume_max_step_day: 16, volume_max_step_night: 0, ambient_day: 'off' })).toEqual([
      'volume_max_step_day',
      'ambient_night',
    ])
  })

  test.each([
    [{ volume_max_step_day: 17 }, 'volume_max_step_day must be a whole number from 0 to 16, not 17'],
    [{ volume_max_step_night: 2.5 }, 'volume_max_step_night must be a whole number from 0 to 16, not 2.5'],
    [{ ambient_day: '#0' }, 'ambient_day must be "#rrggbb" or "off", not "#0"'],
    [{}, 'no setting is named that can be changed'],
  ])('refuses %j', (wish, message) => {
    expect(() => writtenSettings(wish)).toThrow(expect.objectContaining({ code: 'unprocessable', message }))
  })
})
