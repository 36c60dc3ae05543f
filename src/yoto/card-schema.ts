import { Ajv, type ValidateFunction } from 'ajv'
import { Type } from 'typebox'
import { AppError } from '../core/error.ts'
import { isJsonObject, type JsonObject } from '../core/json.ts'

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength })
const whole = Type.Integer({ minimum: 0 })
const orNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()])
const literals = (...values: string[]) => Type.Union(values.map((value) => Type.Literal(value)))

const display = orNull(Type.Object({ icon16x16: Type.Optional(Type.String({ minLength: 1 })) }))
const totals = { duration: whole, fileSize: whole, hasStreams: Type.Boolean() }

const target = Type.Object({
  chapterKey: Type.String({ minLength: 1 }),
  trackKey: Type.String({ minLength: 1 }),
})
// yoto-protocol §4.4
const event = Type.Union([
  Type.Object({ cmd: Type.Literal('goto'), params: target }),
  Type.Object({ cmd: literals('stop', 'repeat') }),
])

const shared = {
  key: text(100),
  title: text(100),
  // Tracks without it, and without `channels`, were seen to break players.
  overlayLabel: text(8),
  channels: literals('stereo', 'mono'),
  format: literals('mp3', 'aac', 'alac', 'flac', 'pcm_s16le', 'opus', 'ogg', 'x-m4a', 'wav', 'aiff', 'mpeg'),
  display,
  events: Type.Optional(
    Type.Object({ onLhb: Type.Optional(event), onRhb: Type.Optional(event), onEnd: event }),
  ),
}
const track = Type.Union([
  Type.Object({
    ...shared,
    type: Type.Literal('stream'),
    trackUrl: Type.String({ pattern: '^https?://\\S+$', maxLength: 2048 }),
    duration: orNull(whole),
    fileSize: orNull(whole),
  }),
  Type.Object({
    ...shared,
    type: Type.Literal('audio'),
    trackUrl: Type.String({ pattern: '^yoto:#[^\\s/]{1,100}$' }),
    duration: whole,
    fileSize: whole,
  }),
])

/**
 * The body of POST /content as this product writes it (yoto-protocol §2.6). What a card has beside that, and nobody
 * here knows, may be anything.
 */
export const cardSchema = Type.Object({
  cardId: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9]{5}$' })),
  title: text(100),
  metadata: Type.Object({
    media: Type.Object(totals),
    cover: Type.Optional(Type.Object({ imageL: Type.Optional(orNull(Type.String())) })),
  }),
  content: Type.Object({
    activity: Type.String(),
    version: Type.String(),
    playbackType: literals('linear', 'interactive'),
    config: Type.Object({
      autoadvance: literals('next', 'repeat', 'none'),
      resumeTimeout: whole,
      onlineOnly: Type.Boolean(),
      disableTrackNav: Type.Optional(Type.Boolean()),
      disableChapterNav: Type.Optional(Type.Boolean()),
    }),
    editSettings: Type.Object({ transcodeAudioUploads: Type.Boolean() }),
    chapters: Type.Array(
      Type.Object({
        key: text(100),
        title: text(100),
        overlayLabel: text(8),
        ...totals,
        display,
        tracks: Type.Array(track, { minItems: 1 }),
      }),
      { minItems: 1, maxItems: 100 },
    ),
  }),
})

const ajv = new Ajv({ discriminator: false, allowUnionTypes: true })
const isCard = ajv.compile(cardSchema)
const isCardOfOthers = ajv.compile(typesOf(cardSchema))

/**
 * Holds a card against the schema before it is sent: a fault here is one of this program, or of a document that somebody
 * else has written in a form of his own.
 * @throws AppError `unprocessable` naming the place
 */
export function checkCardJson(json: JsonObject): JsonObject {
  return checked(json, isCard)
}

/**
 * The same for a document that somebody else has made, of which only the types are known: fields that this product
 * always writes may be missing there, and texts be others.
 * @throws AppError as `checkCardJson` does
 */
export function checkCardOfOthers(json: JsonObject): JsonObject {
  return checked(json, isCardOfOthers)
}

function checked(json: JsonObject, isRight: ValidateFunction): JsonObject {
  const { title } = json
  if (isRight(json)) return json
  // Of a choice of forms it is said that none fits, and which ones were not meant; neither tells what is wrong.
  const errors = isRight.errors ?? []
  const fault = errors.find(({ keyword }) => keyword !== 'const' && keyword !== 'anyOf') ?? errors[0]
  const place = (fault?.instancePath ?? '')
    .slice(1)
    .replaceAll('/', '.')
    .replaceAll(/\.(\d+)/g, '[$1]')
  throw new AppError(
    'unprocessable',
    `the card "${String(title).slice(0, 100)}" cannot be sent to Yoto: its ${place === '' ? 'document' : place} ${fault?.message ?? 'is wrong'}`,
  )
}

/** What is left of a schema when all may be absent or null, and only types count. */
function typesOf(schema: object): JsonObject {
  const { type, properties, items, anyOf }: JsonObject = { ...schema }
  if (Array.isArray(anyOf)) return { anyOf: anyOf.map(typesOf) }
  const kind = type === 'integer' ? 'number' : type
  return {
    type: kind === 'null' ? kind : [kind, 'null'],
    ...(isJsonObject(properties)
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, each]) => [name, typesOf(Object(each))]),
          ),
        }
      : {}),
    ...(isJsonObject(items) ? { items: typesOf(items) } : {}),
  }
}
