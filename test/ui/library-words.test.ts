import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { formatText, loudnessText, userTexts } from '../../ui/file-words.ts'
import { refusedText } from '../../ui/importing.ts'
import { type KnownItem, titleIn } from '../../ui/items.ts'
import { sizeText } from '../../ui/size.ts'
import { sayIn, type TextTree } from '../../ui/text.ts'

const english = readFileSync(fileURLToPath(new URL('../../translations/en.yaml', import.meta.url)), 'utf8')
const say = sayIn('en-GB', (parse(english) as { panel: TextTree }).panel)

test.each([
  [0, 'en', '0 bytes'],
  [5, 'de', '5 Byte'],
  [999, 'en', '999 bytes'],
  [1000, 'en', '1 kB'],
  [269_321, 'en', '269 kB'],
  [1_540_000, 'de', '1,5 MB'],
  [80_720_187_392, 'en', '80.7 GB'],
])('%d bytes read in %s as %s', (bytes, locale, text) => {
  expect(sizeText(bytes, locale)).toBe(text)
})

test.each([
  [null, null],
  [{ gain_db: 0.2, limited: false }, 'It is as loud as everything else.'],
  [
    { gain_db: 4.23, limited: true, original_lufs: -22.3, result_lufs: -18.04 },
    'It was too quiet and is played 4.2 dB louder. Single loud moments are held down. (-22.3 LUFS before, -18 LUFS now)',
  ],
  [{ gain_db: -6, original_lufs: null }, 'It was too loud and is played 6 dB softer.'],
  [{}, 'It is as loud as everything else.'],
])('the loudness %j is told as %j', (loudness, text) => {
  expect(loudnessText(loudness, say)).toBe(text)
})

test.each([
  [null, null],
  [{}, null],
  [
    { container: 'mov', codec: 'MPEG-4/AAC', bit_rate: 69_400, sample_rate: 44_100, channels: 1 },
    'MPEG-4/AAC, 69 kbit/s, 44.1 kHz, mono',
  ],
  [{ container: 'wav', codec: null, channels: 6 }, 'wav, 6 channels'],
])('the format %j is told as %j', (format, text) => {
  expect(formatText(format, say)).toBe(text)
})

test('whatever names a file often is told once', () => {
  const users = [
    { kind: 'stream', name: 'bedroom', place: 'item 1' },
    { kind: 'stream', name: 'bedroom', place: 'item 2' },
    { kind: 'rule', name: 'to-the-sea', place: null },
  ] as const
  expect(userTexts(users, say)).toEqual(['stream bedroom', 'rule to-the-sea'])
})

test('what a machine lacks is not said of the file', () => {
  const reason = 'the disk is full; it is tried again'
  expect(refusedText({ reason }, say)).toBe(`Cannot be played: ${reason}`)
  expect(refusedText({ reason, again: true }, say)).toBe(`Cannot be played yet: ${reason}`)
})

test('what stands in a queue has a title for people, known or not', () => {
  const known = { seconds: 10, state: 'ready' } as const
  const items = new Map<string, KnownItem>([
    ['sea.mp3', { ...known, title: 'The sea' }],
    ['wizard.m4b/01', { ...known, title: 'The hat', of: 'The Wizard' }],
  ])
  const titles = ['sea.mp3', 'wizard.m4b/01', 'clip:nothing-here-yet', 'file:clip:sea.mp3', 'new.mp3']
  expect(titles.map((reference) => titleIn(items, reference))).toEqual([
    'The sea',
    'The Wizard: The hat',
    'Nothing here yet',
    'clip:sea.mp3',
    'new.mp3',
  ])
})
