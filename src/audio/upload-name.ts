import { AppError } from '../core/error.ts'
import { isAudioName, staysInside } from './names.ts'

// What the file systems of Linux take of one folder's or file's name.
const longestSegmentBytes = 255
const longestShown = 100

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
  throw new AppError('unprocessable', `nothing can be uploaded as ${JSON.stringify(shown)}: ${fault}`)
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
  if (!isAudioName(name))
    return 'a name ends like that of an audio file, in .mp3, .m4a, .m4b, .aac, .ogg, .opus, .flac, .wav or .aiff'
  return null
}
