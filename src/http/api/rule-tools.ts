import { Type } from 'typebox'
import { AppError } from '../../core/error.ts'
import { type Route, route } from './route.ts'

/** What is to be tried dry. */
export interface DryAsked {
  readonly at?: string
  readonly events: readonly string[]
  readonly player?: string
  readonly state?: Readonly<Record<string, string | number | boolean>>
  readonly seed?: number
  /** A file as it may become. */
  readonly file?: string
  readonly text?: string
}

/** One way to try a rule: what to ask a dry run for. */
export interface RuleOffer {
  readonly events: readonly string[]
  readonly at: string | null
  readonly player: string | null
}

/** What is told about rules without changing anything; rules themselves are changed elsewhere. */
export interface RuleToolsHouse {
  /** What schedules and clocks bring from today on, over so many days. */
  plan(days: number): Promise<object>
  /** What each schedule says at the moment. */
  schedules(): object
  /** In plain English. @throws AppError `not_found` where nothing bears that name. */
  explain(kind: 'rule' | 'schedule', name: string): Promise<readonly object[]>
  /** The JSON Schema of rule files, for editors. */
  editorSchema(): object
  /**
   * The text of a rule file in its usual form.
   * @throws AppError `unprocessable` where it is not YAML, `busy` while others wait, `too_large` where it takes too long.
   */
  formatRules(text: string): Promise<string>
  /**
   * What rules would do; nothing leaves the house and nothing is kept.
   * @throws AppError `unprocessable` for a question that cannot be asked so, `busy` while others wait, `too_large` where
   * it takes too long.
   */
  dryRun(asked: DryAsked): Promise<object>
  /** What starts the rule, as a dry run takes it. @throws AppError `not_found` */
  offers(rule: string): readonly RuleOffer[]
}

const id = Type.String({ minLength: 1, maxLength: 200 })
const usualDays = 7
const longestText = 200_000
const formatBytes = 1024 * 1024

export function ruleToolRoutes(house: RuleToolsHouse): Route[] {
  return [
    route({
      method: 'get',
      path: '/plan',
      summary:
        'What each stream holds in the coming days, by its schedule, and when clocks start rules. Begins with today; `days` is 7 where it is not said.',
      needs: 'house',
      query: Type.Object(
        { days: Type.Optional(Type.Integer({ minimum: 1, maximum: 31 })) },
        { additionalProperties: false },
      ),
      handle: ({ query }) => house.plan(query.days ?? usualDays),
    }),
    route({
      method: 'get',
      path: '/schedules',
      summary: 'Every schedule: the slot that holds now, until when, and where it is written.',
      needs: 'house',
      handle: () => house.schedules(),
    }),
    route({
      method: 'post',
      path: '/rules/explain',
      summary: 'A rule, or the schedule of a stream, in plain English.',
      needs: 'house',
      body: Type.Object(
        { rule: Type.Optional(id), schedule: Type.Optional(id) },
        { additionalProperties: false },
      ),
      async handle({ body: { rule, schedule } }) {
        if ((rule === undefined) === (schedule === undefined))
          throw new AppError('unprocessable', 'name one: {"rule": "…"} or {"schedule": "…"}')
        const found =
          rule === undefined
            ? await house.explain('schedule', schedule ?? '')
            : await house.explain('rule', rule)
        return { explanations: found }
      },
    }),
    route({
      method: 'get',
      path: '/rules/schema',
      summary: 'The JSON Schema of rule files, for editors.',
      needs: 'house',
      handle: () => house.editorSchema(),
    }),
    route({
      method: 'post',
      path: '/rules/format',
      summary: 'The text of a rule file in its usual form, with its comments; nothing is written.',
      needs: 'house',
      maxBytes: formatBytes,
      body: Type.Object({ text: Type.String({ maxLength: longestText }) }, { additionalProperties: false }),
      handle: async ({ body }) => ({ text: await house.formatRules(body.text) }),
    }),
    ...dryRoutes(house),
  ]
}

const dryBytes = 4 * 1024 * 1024
const word = Type.String({ maxLength: 200 })

function dryRoutes(house: RuleToolsHouse): Route[] {
  return [
    route({
      method: 'post',
      path: '/rules/dry-run',
      summary:
        'What the rules would do at a time, and when, if these events came one after the other. Nothing leaves the house and nothing is kept. With `file` and `text`, as if that file read like that.',
      needs: 'admin',
      maxBytes: dryBytes,
      body: Type.Object(
        {
          at: Type.Optional(
            Type.String({
              maxLength: 30,
              description: 'On the household’s clocks: `2026-11-24T19:29` or `19:29`; now where absent.',
            }),
          ),
          events: Type.Array(Type.String({ maxLength: 400 }), {
            maxItems: 50,
            description:
              'In order: `button=right`, `card.inserted=7JtVV`, `input.party=true`, `advance=25m` …',
          }),
          player: Type.Optional(word),
          state: Type.Optional(
            Type.Record(Type.String({ maxLength: 40 }), Type.Union([word, Type.Number(), Type.Boolean()]), {
              maxProperties: 20,
              description: 'How the player is as it begins: `{"volume": 3}`.',
            }),
          ),
          seed: Type.Optional(Type.Integer({ minimum: 0, maximum: 4_294_967_295 })),
          file: Type.Optional(word),
          text: Type.Optional(Type.String({ maxLength: 1_000_000 })),
        },
        { additionalProperties: false },
      ),
      handle: ({ body }) => house.dryRun(body),
    }),
    route({
      method: 'post',
      path: '/rules/offers',
      summary: 'What starts a rule, as a dry run takes it.',
      needs: 'admin',
      body: Type.Object({ rule: id }, { additionalProperties: false }),
      handle: ({ body }) => ({ offers: house.offers(body.rule) }),
    }),
  ]
}
