import { type TSchema, Type } from 'typebox'
import { streamNamePattern } from '../../core/queue.ts'
import { duration } from '../../language/duration.ts'
import { libraryPath } from '../../language/library-path.ts'
import { timeOfDay } from '../time.ts'

interface NeedType {
  readonly schema: TSchema
  /** A value of the type, for trying a template out. */
  readonly sample: string
}

const named = (expected: string) => Type.String({ minLength: 1, expected })

/** What may be put into a hole of a template, by the word that its `needs` has for it. */
const needTypes = {
  time: { schema: timeOfDay, sample: '12:00' },
  // Which words are days is known where they are put in.
  days: {
    schema: Type.Union([named('a word for days'), Type.Array(named('a word for days'), { minItems: 1 })], {
      expected: 'days such as weekdays or [sat, sun]',
    }),
    sample: 'mon',
  },
  duration: { schema: duration, sample: '10m' },
  number: { schema: Type.Number(), sample: '1' },
  text: { schema: Type.String(), sample: 'text' },
  bool: { schema: Type.Boolean(), sample: 'true' },
  player: { schema: named('the name of a player'), sample: 'player' },
  playlist: { schema: named('the name of a playlist'), sample: 'playlist' },
  stream: {
    schema: Type.String({ pattern: streamNamePattern.source, expected: 'the name of a stream' }),
    sample: 'stream',
  },
  file: { schema: libraryPath('a file such as "stories/the-moon.mp3"'), sample: 'file.mp3' },
} as const satisfies Record<string, NeedType>

type TypeName = keyof typeof needTypes
const typeNames = Object.keys(needTypes).filter(isTypeName)

/** The words of `needs`: a type, with a `?` behind it where the value may be left out. */
export const needWord = Type.Union(
  typeNames.flatMap((name) => [Type.Literal(name), Type.Literal(`${name}?`)]),
  { expected: `one of ${typeNames.join(', ')}, with a ? behind it where it may be left out` },
)

/** What a word of `needs` says. */
export function needOf(word: string): NeedType & { readonly isOptional: boolean } {
  const isOptional = word.endsWith('?')
  const name = isOptional ? word.slice(0, -1) : word
  return { ...needTypes[isTypeName(name) ? name : 'text'], isOptional }
}

function isTypeName(word: string): word is TypeName {
  return Object.hasOwn(needTypes, word)
}
