import { Type } from 'typebox'
import type { Answer } from '../../core/answer.ts'
import type { MeantFor } from '../../core/queue-tag.ts'
import { meant } from './if-match.ts'
import { existingPlayer, type PlayersHouse } from './players.ts'
import { type Route, route } from './route.ts'
import { existing, type StreamsHouse } from './stream-view.ts'

/** What the calls about answers need of the house. */
export interface AnswersHouse extends Pick<StreamsHouse, 'queue' | 'queues'>, Pick<PlayersHouse, 'player'> {
  /** Those that were set. */
  answers(stream: string): readonly Answer[]
  /** Those of rule files, which go before the others. */
  filedAnswers(stream: string): readonly FiledAnswerView[]
  /**
   * `meantFor`: only while the stream is in one of these states. Resolves to what is probably not meant as it is written.
   * @throws AppError where they cannot be set
   */
  setAnswers(
    stream: string,
    answers: readonly Answer[],
    condition: { readonly meantFor?: MeantFor },
  ): Promise<readonly string[]>
}

/** What a rule file says of who answers for a stream. */
export interface FiledAnswerView {
  readonly stream: string
  /** Of the player, as the file calls it; null for any. */
  readonly player: string | null
  /** For people: for whom and when it holds. */
  readonly holds: string
  /** "bedroom.yaml:15". */
  readonly place: string
}

const mostAnswers = 100
const mostDays = 20
const mostCharacters = 1000
const time = Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' })
const condition = Type.Object(
  {
    player: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    between: Type.Optional(Type.Object({ from: time, to: time }, { additionalProperties: false })),
    days: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { minItems: 1, maxItems: mostDays }),
    ),
    if: Type.Optional(Type.String({ minLength: 1, maxLength: mostCharacters })),
  },
  { additionalProperties: false, minProperties: 1 },
)
const answer = Type.Object(
  { stream: Type.String({ minLength: 1, maxLength: 64 }), when: condition },
  { additionalProperties: false },
)

/** Those of one stream. */
export const answersOfStream = Type.Array(answer, { maxItems: mostAnswers })

export function answerRoutes(house: AnswersHouse): Route[] {
  return [
    route({
      method: 'get',
      path: '/streams/{name}/answers',
      summary:
        'Which other streams answer in place of this one, and for whom; the first that holds is taken, those of rule files (`from_files`) before the others.',
      needs: 'house',
      handle({ param }) {
        const { name } = existing(house, param('name'))
        const filed = house.filedAnswers(name)
        return { answers: house.answers(name), ...(filed.length === 0 ? {} : { from_files: filed }) }
      },
    }),
    route({
      method: 'put',
      path: '/streams/{name}/answers',
      summary:
        'Has other streams answer in place of this one: for a player, at a time of day, on some days, while an expression holds. An empty list ends that. Those of rule files stay.',
      needs: 'house',
      body: Type.Object({ answers: answersOfStream }, { additionalProperties: false }),
      async handle(request) {
        const { param, body } = request
        const { answers } = body
        const { name } = existing(house, param('name'))
        for (const { when } of answers) if (when.player !== undefined) existingPlayer(house, when.player)
        const warnings = await house.setAnswers(name, answers, meant(request))
        const message = told(name, answers.length)
        const set = { success: true, message, answers: house.answers(name) }
        return warnings.length === 0 ? set : { ...set, warnings }
      },
    }),
  ]
}

function told(name: string, count: number): string {
  if (count === 0) return `"${name}" answers everybody itself`
  return count === 1 ? `1 stream answers for "${name}"` : `${count} answers stand for "${name}"`
}
