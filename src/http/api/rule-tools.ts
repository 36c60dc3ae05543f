import { Type } from 'typebox'
import { AppError } from '../../core/error.ts'
import { type Route, route } from './route.ts'

/** What is told about rules without changing anything; rules themselves are changed elsewhere. */
export interface RuleToolsHouse {
  /** What schedules and clocks bring from today on, over so many days. */
  plan(days: number): Promise<object>
  /** What each schedule says at the moment. */
  schedules(): object
  /** In plain English. @throws AppError `not_found` where nothing bears that name. */
  explain(kind: 'rule' | 'schedule', name: string): readonly object[]
  /** The JSON Schema of rule files, for editors. */
  editorSchema(): object
  /**
   * The text of a rule file in its usual form.
   * @throws AppError `unprocessable` where it is not YAML, `busy` while others wait, `too_large` where it takes too long.
   */
  formatRules(text: string): Promise<string>
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
      handle({ body: { rule, schedule } }) {
        if ((rule === undefined) === (schedule === undefined))
          throw new AppError('unprocessable', 'name one: {"rule": "…"} or {"schedule": "…"}')
        const found =
          rule === undefined ? house.explain('schedule', schedule ?? '') : house.explain('rule', rule)
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
  ]
}
