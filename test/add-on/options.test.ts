import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addOnForm, type ElementMap } from '../../src/options/add-on.ts'
import { knownOptions } from '../../src/options/known.ts'
import { loadOptions, type Options } from '../../src/options.ts'
import { codeIn, readPage, rowsOf } from '../docs/page.ts'
import { factsOf, hasFacts, yamlOf } from './repository.ts'
import { elementOf, merged, validated } from './supervisor.ts'

type Json = Record<string, unknown>

const app = yamlOf('config.yaml') as { options: Json; schema: ElementMap }

/** `mqtt.url` and its like. */
const leaves = (map: ElementMap, above = ''): string[] =>
  Object.entries(map).flatMap(([name, element]) =>
    typeof element === 'string' || Array.isArray(element)
      ? [above + name]
      : leaves(element as ElementMap, `${above}${name}.`),
  )

let data: string

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'add-on-options-'))
})

afterAll(() => rm(data, { recursive: true, force: true }))

/** What the program takes from the form: the Supervisor checks it, merges it with the defaults and writes it down. */
async function afterForm(chosen: Json): Promise<Options> {
  const written = validated(app.schema, merged(app.options, chosen) as Json)
  await writeFile(join(data, 'options.json'), JSON.stringify(written, null, 2))
  const env = { SUPERVISOR_TOKEN: 'x', TZ: 'Europe/Paris' }
  return (await loadOptions({ argv: ['--data', data], env, cwd: data })).options
}

describe('the form of the app', () => {
  test('is what the schema of the options makes of it: npm run add-on writes it anew', () => {
    const { options, schema } = addOnForm()
    expect(app.options).toEqual(options)
    expect(app.schema).toEqual(schema)
  })

  test('has the options that a household needs', () => {
    expect(leaves(app.schema).sort()).toEqual(
      [
        ...['allow', 'token', 'url'].map((it) => `homeassistant.${it}`),
        'language',
        'log_level',
        ...['base_topic', 'ca', 'discovery_prefix', 'password', 'port', 'url', 'username'].map(
          (it) => `mqtt.${it}`,
        ),
        'public_url',
        'public_url_consent',
        'simulate',
        'speech.voice',
        'timezone',
        'yoto.client_id',
        'yoto.every_ability',
      ].sort(),
    )
  })

  test('consists of elements that the Supervisor knows, and each may be left out', () => {
    const elements = (map: ElementMap): string[] =>
      Object.values(map).flatMap((one) =>
        typeof one === 'string' ? [one] : Array.isArray(one) ? one : elements(one as ElementMap),
      )
    for (const element of elements(app.schema))
      expect(elementOf(element), element).toMatchObject({ isOptional: true })
  })

  test('hides what no message may show', () => {
    const shown = leaves(app.schema).filter((path) => knownOptions.get(path)?.writeOnly === true)
    expect(shown).toEqual(['mqtt.password', 'homeassistant.token'])
    expect(app.schema).toMatchObject({ mqtt: { password: 'password?' } })
  })

  test('has every option in the table of the page of options', () => {
    const table = rowsOf(readPage('docs/options.md').text).flatMap(([first = '']) => codeIn(first))
    expect(leaves(app.schema).filter((path) => !table.includes(path))).toEqual([])
    expect(table.filter((path) => !knownOptions.has(path))).toEqual([])
  })
})

describe('options.json as the Supervisor writes it', () => {
  test('says nothing new where nobody has touched the form', async () => {
    const env = { SUPERVISOR_TOKEN: 'x', TZ: 'Europe/Paris' }
    const untold = await loadOptions({ argv: ['--data', join(data, 'none')], env, cwd: data })
    expect({ ...(await afterForm({})), folders: null }).toEqual({ ...untold.options, folders: null })
  })

  const all = {
    public_url: 'https://audio.example.org',
    public_url_consent: ['plain_http', 'container_address'],
    mqtt: {
      url: 'mqtts://broker.lan:8883',
      username: 'yoto',
      password: '0123 #:"',
      ca: '/config/ca.pem',
      port: '1884',
      base_topic: 'den/yoto',
      discovery_prefix: 'ha',
    },
    yoto: { client_id: '0042', every_ability: true },
    simulate: 'never',
    speech: { voice: 'tts.piper' },
    language: 'fr',
    timezone: 'Europe/Berlin',
    log_level: 'debug',
    homeassistant: { url: 'http://192.168.1.10:8123', token: 'eyJh.x', allow: ['light', 'switch'] },
  }

  test('is understood with everything filled in', async () => {
    const given = Object.entries(all).flatMap(([name, value]) =>
      typeof value === 'object' && !Array.isArray(value)
        ? Object.keys(value).map((key) => `${name}.${key}`)
        : [name],
    )
    expect(given.sort()).toEqual(leaves(app.schema).sort())
    expect(await afterForm(all)).toMatchObject({ ...all, mqtt: { ...all.mqtt, port: 1884 } })
  })

  test('takes every choice of a list', async () => {
    const choices: [string, keyof Options][] = [
      [String(app.schema.log_level), 'log_level'],
      [String(app.schema.simulate), 'simulate'],
    ]
    for (const [element, key] of choices)
      for (const choice of elementOf(element)?.inner.split('|') ?? [])
        expect((await afterForm({ [key]: choice }))[key], choice).toBe(choice)
    // In the form's YAML a bare true is no text, and the Supervisor says so itself.
    await expect(afterForm({ simulate: true })).rejects.toThrow('"simulate"'.replaceAll('"', "'"))
  })

  test('means nothing where a field was emptied', async () => {
    const emptied = {
      mqtt: { url: '', username: '', password: '', ca: '', base_topic: '', discovery_prefix: '' },
      speech: { voice: '' },
      yoto: { client_id: '' },
      timezone: '',
      homeassistant: { token: '', allow: ['', 'light', ''] },
    }
    const untouched = await afterForm({})
    const options = await afterForm(emptied)
    expect(options).toEqual({ ...untouched, homeassistant: { ...untouched.homeassistant, allow: ['light'] } })
    expect((await afterForm({ homeassistant: { allow: [''] } })).homeassistant.allow).toEqual([])
    await expect(afterForm({ public_url: '' })).rejects.toThrow("'public_url'")
  })

  test('ends the start with one line where the Supervisor lets something pass that cannot be', async () => {
    await expect(afterForm({ public_url: 'ftp://nas.lan' })).rejects.toThrow(
      /^public_url: found "ftp:\/\/nas\.lan" \(options file "options\.json", line \d+, column \d+\), expected an address/,
    )
    await expect(afterForm({ timezone: 'Berlin' })).rejects.toThrow(/^timezone: found "Berlin"/)
  })
})

describe.skipIf(!hasFacts)(
  'by the facts on record (skipped where they are not beside the repository)',
  () => {
    test('elements are told from what is none', () => {
      const { cases } = factsOf<{ cases: { element: string; valid: boolean }[] }>(
        'options-schema-elements.json',
      )
      for (const { element, valid } of cases) expect(elementOf(element) !== null, element).toBe(valid)
    })

    interface Case {
      readonly schema: ElementMap
      readonly options: Json
      readonly valid: boolean
      readonly result?: Json
    }

    test('values are taken, changed and refused as the Supervisor does', () => {
      const { cases } = factsOf<{ cases: Case[] }>('options-value-cases.json')
      for (const { schema, options, valid, result } of cases) {
        const what = JSON.stringify([schema, options])
        if (!valid) expect(() => validated(schema as Json, options), what).toThrow()
        else expect(validated(schema as Json, options), what).toEqual(result ?? options)
      }
    })
  },
)
