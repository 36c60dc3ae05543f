import { formatText, loudnessText } from './file-words.ts'
import type { LibraryDetails } from './library.ts'
import { sizeText } from './size.ts'
import type { Say } from './text.ts'
import { clockText } from './time.ts'

export type Fact = readonly [label: string, value: string]

/** What somebody wants to know of a file first: what it says it is, how long it is, and how often it has played. */
export function mainFacts({ tags, seconds, plays, last_played_at }: LibraryDetails, say: Say): Fact[] {
  const { artist, album, album_artist, genre, year, track, disc, language, comment } = tags
  const times = say(plays === 1 ? 'library.plays-one' : 'library.plays', { count: plays })
  const last =
    last_played_at === null ? '' : ` · ${say('file.last-played', { date: dateText(last_played_at, say) })}`
  return present([
    [say('file.artist'), artist],
    [say('file.album'), album],
    [say('file.album-artist'), album_artist === artist ? undefined : album_artist],
    [
      say('file.track'),
      disc === undefined ? track : [disc, track].filter((part) => part !== undefined).join('-'),
    ],
    [say('file.genre'), genre],
    [say('file.year'), year],
    [say('file.language'), language],
    [say('file.comment'), comment],
    [say('file.length'), seconds === null ? undefined : clockText(seconds)],
    [say('file.plays'), plays === 0 ? say('file.never') : `${times}${last}`],
  ])
}

/** Of the file itself: where it lies, its format, and how large it is. */
export function moreFacts(file: LibraryDetails, say: Say): Fact[] {
  const { size, result_size } = file
  const original = sizeText(size, say.locale)
  const made =
    result_size === null ? '' : ` · ${say('file.result-size', { size: sizeText(result_size, say.locale) })}`
  return present([
    [say('fact.file'), file.file],
    [say('file.format'), formatText(file.format, say)],
    [say('file.loudness'), loudnessText(file.loudness, say)],
    [say('file.size'), `${original}${made}`],
    [say('file.added'), dateText(file.added_at, say)],
  ])
}

function present(
  all: readonly (readonly [label: string, value: string | number | null | undefined])[],
): Fact[] {
  return all.flatMap(([label, value]): Fact[] =>
    value === null || value === undefined || value === '' ? [] : [[label, String(value)]],
  )
}

function dateText(text: string, say: Say): string {
  return new Intl.DateTimeFormat(say.locale, { dateStyle: 'medium' }).format(Date.parse(text))
}
