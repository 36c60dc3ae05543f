import { errnoOf, messageOf } from '../../core/error.ts'

/**
 * Why a file has not become audio. The fault of the `file` is lasting; that of the `machine` may be gone the next
 * time. The message is for people and holds no path.
 */
export class ImportFault extends Error {
  readonly of: 'file' | 'machine'

  constructor(of: 'file' | 'machine', message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.name = 'ImportFault'
    this.of = of
  }
}

/** What ffmpeg left behind when it failed: its last lines, and the error of running it. */
export interface Remains {
  readonly lines: readonly string[]
  readonly path: string
  readonly error: unknown
  /** Whether it came to looking at the file. */
  readonly isStarted: boolean
}

type Words = (match: RegExpExecArray) => string
const ofMachine: readonly (readonly [said: RegExp, words: string])[] = [
  [/No space left on device|Disk quota exceeded/i, 'the disk is full'],
  [/Cannot allocate memory/i, 'there is not enough memory'],
  [/Permission denied/i, 'the file may not be read'],
  [/Input\/output error/i, 'the disk cannot be read'],
  [/No such file or directory/i, 'the file is gone, or ffmpeg is not installed'],
  [/Unrecognized option|No such filter|Unknown encoder/i, 'this ffmpeg is too old, or built without MP3'],
  [/error while loading shared libraries/i, 'ffmpeg is not installed as it should be'],
]
const ofFile: readonly (readonly [said: RegExp, words: Words])[] = [
  [
    /moov atom not found/,
    () => 'it is incomplete: its index (moov) is missing; copy it again from where it came',
  ],
  [/Audio: none \((\w+)/, ([, codec]) => noDecoder(codec)],
  [/codec (?:not currently supported|\w+) [^\n]*\(([\w.]+)/, ([, codec]) => noDecoder(codec)],
  [/Decoder \(codec (\w+)\) not found/, ([, codec]) => noDecoder(codec)],
  [/Could not find tag for codec (\w+)/, ([, codec]) => noDecoder(codec)],
  [/matches no streams|does not contain any stream/, () => noSound],
  [
    /Invalid data found|Invalid argument|End of file|could not find codec parameters/i,
    () => 'it is damaged: not even its beginning can be understood',
  ],
]

/** For a file in which nothing can be heard. */
export const noSound = 'there is no sound in it'

function noDecoder(codec: string | undefined): string {
  return `this ffmpeg has no decoder for its sound (${codec ?? 'unknown'}); save it as MP3, M4A or FLAC`
}

/** Reads out of what ffmpeg said whose fault it was. */
export function faultOf(remains: Remains): ImportFault {
  const { error } = remains
  const message = messageOf(error)
  const of = (whose: 'file' | 'machine', words: string) => new ImportFault(whose, words, { cause: error })
  if (isMissing(remains)) return of('machine', 'ffmpeg is not installed')
  if (!remains.isStarted) return of('machine', `ffmpeg cannot be started: ${errnoOf(error) ?? message}`)
  if (/signal SIG(SEGV|ABRT|FPE|ILL|BUS)/.test(message))
    return of('file', 'it is damaged: ffmpeg crashes over it')
  if (/was killed with signal/.test(message))
    return of('machine', 'ffmpeg was ended from outside, perhaps for want of memory')
  const lines = ownLines(remains)
  const said = lines.join('\n')
  const machine = ofMachine.find(([pattern]) => pattern.test(said))
  if (machine !== undefined) return of('machine', machine[1])
  return of('file', fileWords(said, lines.at(-1)))
}

/** ffmpeg is started through `nice`, which may be the one who says that it is not there. */
function isMissing({ error, lines }: Remains): boolean {
  return errnoOf(error) === 'ENOENT' || lines.some((line) => /^nice: /.test(line))
}

/** Without what the file says itself: its name, and its tags, which ffmpeg indents. */
function ownLines({ lines, path }: Remains): string[] {
  return lines
    .filter((line) => !line.startsWith('    '))
    .map((line) => line.replaceAll(`file:${path}`, 'the file').replaceAll(path, 'the file'))
}

function fileWords(said: string, last = 'nothing'): string {
  for (const [pattern, words] of ofFile) {
    const match = pattern.exec(said)
    if (match !== null) return words(match)
  }
  return `it cannot be read; ffmpeg says: ${last.replace(/^\[[^\]]*\] /, '')}`
}
