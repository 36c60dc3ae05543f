import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { emptyQueue } from '../../src/core/queue.ts'
import { reasonText, whyText } from '../../ui/reason.ts'
import { flatten, languages, pickLanguage, sayIn, type TextTree } from '../../ui/text.ts'
import { textKeys } from '../../ui/text-keys.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

function treeOf(language: string): TextTree {
  const file = readFileSync(join(root, `translations/${language}.yaml`), 'utf8')
  return (parse(file) as { panel: TextTree }).panel
}

test('the panel speaks every language that has a catalog, and has a catalog of each that it speaks', () => {
  const catalogs = readdirSync(join(root, 'translations')).map((file) => file.replace('.yaml', ''))
  expect([...languages].sort()).toEqual(catalogs.sort())
})

const namesIn = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort()

describe.each(languages)('the texts in %s', (language) => {
  const texts = flatten(treeOf(language))

  test('are all there, and none too many', () => {
    expect([...texts.keys()].sort()).toEqual([...textKeys].sort())
  })

  test('are texts that say something', () => {
    expect([...texts].filter(([, text]) => typeof text !== 'string' || text.trim() === '')).toEqual([])
  })

  test('take the same values as the English ones', () => {
    const english = flatten(treeOf('en'))
    const differing = [...texts].filter(
      ([key, text]) => namesIn(text).join() !== namesIn(english.get(key) ?? '').join(),
    )
    expect(differing).toEqual([])
  })
})

test.each(languages.filter((language) => language !== 'en'))(
  'the texts in %s are not English again',
  (language) => {
    const english = flatten(treeOf('en'))
    // Names, such as "Album" or "Playlist", are the same in many languages; sentences are not.
    const same = [...flatten(treeOf(language))].filter(
      ([key, text]) => text === english.get(key) && text.replaceAll(/\{\w+\}/g, '').length > 20,
    )
    expect(same).toEqual([])
  },
)

test('every key is used by the panel', () => {
  const sources = readdirSync(join(root, 'ui'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && file !== 'text-keys.ts')
    .map((file) => readFileSync(join(root, 'ui', file), 'utf8'))
    .join('\n')
  // The knobs' keys are made from the side: `toy.press-${side}`.
  const made = (key: string) => sources.includes(`\`${key.replace(/left|right/, ['$', '{side}'].join(''))}\``)
  const unused = textKeys.filter((key) => !sources.includes(`'${key}'`) && !made(key))
  expect(unused).toEqual([])
})

test.each<[(string | null)[], string]>([
  [['de'], 'de'],
  [['de-AT'], 'de'],
  [['DE_ch'], 'de'],
  [['en-GB', 'de'], 'en'],
  [['', null, 'de-DE'], 'de'],
  [['fr-CA'], 'fr'],
  [['es_419', 'en'], 'es'],
  [['it', 'de'], 'en'],
  [[null], 'en'],
  [[], 'en'],
])('of the wishes %j the panel speaks %s', (wishes, language) => {
  expect(pickLanguage(wishes)).toBe(language)
})

describe('why a stream is as it is', () => {
  const say = { en: sayIn('en', treeOf('en')), de: sayIn('de', treeOf('de')) }

  test.each([
    ['schedule bedroom, slot night', 'nach dem Zeitplan „bedroom“, Abschnitt „night“'],
    ['schedule bedroom, default', 'nach dem Zeitplan „bedroom“, außerhalb seiner Abschnitte'],
    ['rule right-to-the-forest', 'durch die Regel „right-to-the-forest“'],
    ['REST', 'von Hand geändert'],
    ['MQTT yoto/stream/bedroom/set', 'durch einen Befehl über MQTT geändert'],
    ['a plug-in of my own {rule}', 'a plug-in of my own {rule}'],
  ])('%j is told in German', (reason, text) => {
    expect(reasonText(reason, say.de)).toBe(text)
  })

  test('is told with the playlist where there is one', () => {
    const queue = { ...emptyQueue('bedroom'), playlist: 'lullabies', reason: 'schedule bedroom, slot night' }
    expect(whyText(queue, say.en)).toBe('Playlist “lullabies” · by the schedule “bedroom”, slot “night”')
    expect(whyText({ ...queue, playlist: null, reason: 'REST' }, say.en)).toBe('changed by hand')
    expect(whyText(emptyQueue('bedroom'), say.en)).toBe('')
  })
})

test('a value that looks like a name in braces is not filled in again', () => {
  const say = sayIn('en', treeOf('en'))
  expect(say('queue.moved', { title: '{place}', place: 2, count: 5 })).toBe(
    '“{place}” is at place 2 of 5 now',
  )
})
