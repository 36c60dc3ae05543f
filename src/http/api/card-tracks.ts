import { type Static, Type } from 'typebox'
import { AppError } from '../../core/error.ts'
import { checkStreamName } from '../../core/queue.ts'
import { iconWish } from './card-look.ts'

/** A track of a card as it is asked for; it plays exactly one of `file`, `stream` and `url`. */
export interface TrackRequest {
  readonly title?: string
  readonly icon?: string | null
  readonly plays: { readonly file: string } | { readonly stream: string } | { readonly url: string }
  readonly audio?: 'streamed' | 'uploaded'
}

/** A track of a card that was put together track by track. */
export interface TrackView {
  /** `01`, `02` … */
  readonly key: string
  readonly title: string
  readonly icon: string | null
  /** What it plays: one of these is not null. */
  readonly file: string | null
  readonly stream: string | null
  readonly url: string | null
  /** Where its audio is to come from. */
  readonly audio: 'streamed' | 'uploaded'
  /** Whether it lies in the account by now. */
  readonly uploaded: boolean
}

const closed = { additionalProperties: false }
const name = Type.String({ minLength: 1, maxLength: 1000 })

/** Nobody can see a control character, and not every player skips it. */
export const titleBody = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: '^[^\\p{Cc}\\p{Bidi_Control}]*$',
  expected: 'text of 1 to 100 characters that can be seen',
})

const track = Type.Object(
  {
    file: Type.Optional(name),
    stream: Type.Optional(name),
    url: Type.Optional(Type.String({ minLength: 1, maxLength: 2000 })),
    title: Type.Optional(titleBody),
    icon: Type.Optional(iconWish),
    // Of a file.
    audio: Type.Optional(Type.Union([Type.Literal('streamed'), Type.Literal('uploaded')])),
  },
  closed,
)

/** As many as a card of Yoto's can have (yoto-protocol §2.6). */
export const tracksBody = Type.Array(track, { minItems: 1, maxItems: 100 })

/**
 * The tracks that the body asks for; `audio` is that of those that do not say.
 * @throws AppError `unprocessable` naming the track
 */
export function tracksOf(
  body: Static<typeof tracksBody>,
  audio?: 'streamed' | 'uploaded',
): readonly TrackRequest[] {
  return body.map(({ file, stream, url, title, icon, audio: ownAudio }, place) => {
    const plays = playsOf({ file, stream, url }, `tracks[${place}]`)
    const wished = ownAudio ?? ('file' in plays ? audio : undefined)
    return {
      plays,
      ...(title === undefined ? {} : { title }),
      ...(icon === undefined ? {} : { icon }),
      ...(wished === undefined ? {} : { audio: wished }),
    }
  })
}

type Named = Readonly<Record<'file' | 'stream' | 'url', string | undefined>>

function playsOf({ file, stream, url }: Named, where: string): TrackRequest['plays'] {
  const named = [file, stream, url].filter((each) => each !== undefined).length
  if (named !== 1)
    throw new AppError(
      'unprocessable',
      `${where}: name one of "file", "stream" and "url", not ${named} of them`,
    )
  if (file !== undefined) return { file }
  if (stream !== undefined) return { stream: checkStreamName(stream) }
  return { url: webAddress(url ?? '', where) }
}

/** Players have nobody to ask for a password, and what is behind a `#` they do not send. */
function webAddress(text: string, where: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  const isPlain = url !== null && `${url.username}${url.password}${url.hash}` === ''
  if (url !== null && isPlain && /^https?:$/.test(url.protocol)) return url.href.replace(/#$/, '')
  throw new AppError(
    'unprocessable',
    `${where}.url: an address as https://example.org/song.mp3 is needed, without a password or a "#"`,
  )
}
