import { AppError } from '../../core/error.ts'
import { isAudioName, staysInside } from '../names.ts'

// What the file systems of Linux take of one folder's or file's name.
const longestSegmentBytes = 255
const longestShown = 100
// What turns the order of letters round or cannot be seen: two names would look the same, or like another kind of file.
const unseen = /[\p{Cc}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\ufff9-\ufffb]/u
// Emoji and some scripts are joined with these, and choose their forms; flags such as Scotland's are spelled in tags.
const joining = /\u200c|\u200d|\p{Variation_Selector}|\u{1f3f4}[\u{e0020}-\u{e007e}]+\u{e007f}/u
const joiningOrUnseen = new RegExp(`${joining.source}|(?<hidden>${unseen.source})`, 'gu')

/**
 * The name under which an upload will lie in the library: as it was given, in the composed form of Unicode (NFC), which
 * makes one name of what different machines write differently.
 * @throws AppError `unprocessable` saying why nothing in the library may be called so.
 */
export function uploadName(given: string): string {
  const name = given.normalize('NFC')
  const fault = faultOf(name)
  if (fault === null) return name
  const shown = name.length > longestShown ? `${name.slice(0, longestShown)}…` : name
  throw new AppError('unprocessable', `nothing can be uploaded as ${quoted(shown)}: ${fault}`)
}

function faultOf(name: string): string | null {
  const segments = name.split('/')
  if (/\p{Surrogate}/u.test(name)) return 'a character of it is broken'
  if (segments.some((segment) => Buffer.byteLength(segment) > longestSegmentBytes))
    return `a name may have ${longestSegmentBytes} bytes, and so may each folder before it`
  if (!staysInside(name))
    return 'a name leads to a file inside of the library, such as stories/sea.mp3; nothing in it may be . or .. or empty, a backslash or a control character, encoded neither'
  if (segments.some((segment) => segment.startsWith('.')))
    return 'what begins with a dot is hidden, and the library does not look at it'
  const hidden = [...name.matchAll(joiningOrUnseen)].flatMap(({ groups }) => groups?.hidden ?? [])[0]
  if (hidden !== undefined)
    return `the character ${codePoint(hidden)} of it cannot be seen or changes how the others stand; leave it out`
  if (!isAudioName(name))
    return 'a name ends like that of an audio file, in .mp3, .m4a, .m4b, .aac, .ogg, .opus, .flac, .wav or .aiff'
  return null
}

/** In quotation marks, with what cannot be seen written out. */
function quoted(name: string): string {
  return JSON.stringify(name).replaceAll(joiningOrUnseen, (all, hidden?: string) =>
    hidden === undefined ? all : codePoint(hidden),
  )
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}
