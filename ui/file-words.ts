import type { FileUser, LibraryDetails } from '../src/http/api/library.ts'
import type { Say } from './text.ts'
import type { TextKey } from './text-keys.ts'

// Below this nobody hears a difference.
const unheardDb = 0.5

/** What was done to how loud a file is, in plain words; null where nothing is known of it. */
export function loudnessText(loudness: LibraryDetails['loudness'], say: Say): string | null {
  if (loudness === null) return null
  const { gain_db, limited, original_lufs, result_lufs } = numbersOf(loudness)
  const gain = typeof gain_db === 'number' ? gain_db : 0
  const decibels = number(Math.abs(gain), say, 1)
  const change = gain > 0 ? 'file.louder' : 'file.softer'
  const heard = Math.abs(gain) < unheardDb ? say('file.as-loud') : say(change, { decibels })
  const measured =
    typeof original_lufs === 'number' && typeof result_lufs === 'number'
      ? [say('file.lufs', { before: number(original_lufs, say, 1), after: number(result_lufs, say, 1) })]
      : []
  return [heard, ...(limited === true ? [say('file.limited')] : []), ...measured].join(' ')
}

/** `MPEG 1 Layer 3, 128 kbit/s, 44.1 kHz, stereo`; null where nothing is known. */
export function formatText(format: LibraryDetails['format'], say: Say): string | null {
  if (format === null) return null
  const { container, codec, bit_rate, sample_rate, channels } = numbersOf(format)
  const parts = [
    typeof codec === 'string' ? codec : typeof container === 'string' ? container : null,
    typeof bit_rate === 'number' ? `${number(bit_rate / 1000, say, 0)} kbit/s` : null,
    typeof sample_rate === 'number' ? `${number(sample_rate / 1000, say, 1)} kHz` : null,
    typeof channels === 'number' ? channelText(channels, say) : null,
  ].filter((part) => part !== null)
  return parts.length === 0 ? null : parts.join(', ')
}

const userWords = {
  stream: 'file.user-stream',
  if_pressed: 'file.user-if-pressed',
  playlist: 'file.user-playlist',
  schedule: 'file.user-schedule',
  rule: 'file.user-rule',
  story: 'file.user-story',
  preset: 'file.user-preset',
  card: 'file.user-card',
} as const satisfies Record<FileUser['kind'], TextKey>

/** Each that names a file once, whatever number of places in it do: `stream bedroom`, `rule right-to-the-sea`. */
export function userTexts(users: readonly FileUser[], say: Say): string[] {
  return [...new Set(users.map(({ kind, name }) => say(userWords[kind], { name })))]
}

function channelText(channels: number, say: Say): string {
  if (channels === 1) return say('file.mono')
  return channels === 2 ? say('file.stereo') : say('file.channels', { count: channels })
}

/** The product may come to say more than is known here. */
function numbersOf(value: object): Readonly<Record<string, unknown>> {
  return { ...value }
}

function number(value: number, say: Say, digits: number): string {
  return new Intl.NumberFormat(say.locale, { maximumFractionDigits: digits }).format(value)
}
