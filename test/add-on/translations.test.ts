import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { factsOf, hasFacts, inRoot, yamlOf } from './repository.ts'

interface Words {
  readonly name?: unknown
  readonly description?: unknown
  readonly fields?: Readonly<Record<string, Words>>
}

const { schema, ports } = yamlOf('config.yaml') as { schema: object; ports: object }
const languages = ['de', 'en', 'es', 'fr']

/** The same tree, as the form wants it: of a map its fields, of all others nothing. */
const wanted = (element: unknown): unknown =>
  typeof element === 'object' && !Array.isArray(element)
    ? Object.fromEntries(Object.entries(element as object).map(([name, below]) => [name, wanted(below)]))
    : null

const had = (fields: Readonly<Record<string, Words>>): object =>
  Object.fromEntries(
    Object.entries(fields).map(([name, words]) => [
      name,
      words.fields === undefined ? null : had(words.fields),
    ]),
  )

const wordsIn = (fields: Readonly<Record<string, Words>>): Words[] =>
  Object.values(fields).flatMap((words) => [words, ...wordsIn(words.fields ?? {})])

test('the form of the app speaks four languages', () => {
  expect(readdirSync(inRoot('translations')).sort()).toEqual(languages.map((code) => `${code}.yaml`))
})

describe.each(languages)('the form in %s', (code) => {
  const { configuration, network } = yamlOf(`translations/${code}.yaml`) as {
    configuration: Readonly<Record<string, Words>>
    network: Readonly<Record<string, unknown>>
  }

  test('has words for every option and every port, and for nothing else', () => {
    expect(had(configuration)).toEqual(wanted(schema))
    expect(Object.keys(network).sort()).toEqual(Object.keys(ports).sort())
  })

  test('says of each what it is and what it does', () => {
    for (const { name, description, ...rest } of wordsIn(configuration)) {
      expect(name, String(description)).toMatch(/^\p{L}.{3,50}$/u)
      expect(description, String(name)).toMatch(/^.{15,260}\.$/u)
      expect(Object.keys(rest).filter((key) => key !== 'fields')).toEqual([])
    }
    for (const words of Object.values(network)) expect(words).toMatch(/^\p{L}.{10,}$/u)
  })
})

test.each(languages.filter((code) => code !== 'en'))('the form in %s is not English again', (code) => {
  const saidIn = (language: string) => {
    const { configuration } = yamlOf(`translations/${language}.yaml`) as {
      configuration: Record<string, Words>
    }
    return wordsIn(configuration).map(({ description }) => description)
  }
  const english = saidIn('en')
  expect(saidIn(code).filter((description) => english.includes(description))).toEqual([])
})

test.skipIf(!hasFacts)(
  'Home Assistant knows the languages (skipped where its list is not beside the repository)',
  () => {
    const { codes } = factsOf<{ codes: string[] }>('languages.json')
    expect(languages.filter((code) => !codes.includes(code))).toEqual([])
  },
)
