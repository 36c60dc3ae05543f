/**
 * Names of files in the library, as people write them and as they stand in queues: relative, with forward
 * slashes. What could lead out of a folder in any spelling is no name at all.
 */
const longestName = 1024
const audioExtensions = [
  'mp3',
  'wav',
  'm4a',
  'm4b',
  'mp4',
  'aac',
  'ogg',
  'oga',
  'opus',
  'flac',
  'aiff',
  'aif',
  'w64',
]

// We never decode a name, but somebody behind us might: an encoded dot, slash, backslash or NUL, however often encoded.
const encodedEscape = /%(?:25)*(?:2e|2f|5c|00)/i

/** Whether the name stays inside the folder it is looked up in. `''` is no name. */
export function staysInside(name: string): boolean {
  if (name.length > longestName || [...name].some(neverInName) || encodedEscape.test(name)) return false
  return name.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..')
}

/** Backslashes are folders elsewhere; control characters (NUL among them) belong in no name. */
function neverInName(character: string): boolean {
  return character === '\\' || character < ' ' || character === '\u007f'
}

/** Whether the name is one of an audio file, playable or not. Hidden files are none. */
export function isAudioName(name: string): boolean {
  const last = name.slice(name.lastIndexOf('/') + 1)
  const extension = last.slice(last.lastIndexOf('.') + 1).toLowerCase()
  return !last.startsWith('.') && last.includes('.') && audioExtensions.includes(extension)
}

/** A title for people: `music/good-morning.mp3` is "Good morning". */
export function titleOf(name: string): string {
  const last = name.slice(name.lastIndexOf('/') + 1)
  const words = last
    .slice(0, last.lastIndexOf('.'))
    .replace(/[-_\s]+/g, ' ')
    .trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

/** The order people expect: `2.mp3` before `10.mp3`, capitals beside small letters. */
export function naturalOrder(one: string, other: string): number {
  return collator.compare(one, other) || (one < other ? -1 : Number(one > other))
}
