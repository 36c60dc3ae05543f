import type { Hub } from '../hub.ts'
import { PlayerNames } from '../rules/players.ts'
import { AnswerConditions } from './answer-conditions.ts'
import type { StreamAnswers } from './answers.ts'
import type { RuleBook } from './rule-book.ts'

interface Ground {
  readonly household: {
    readonly hub: Pick<Hub, 'player' | 'players' | 'queue' | 'vars' | 'inputValues'>
    readonly answers: Pick<StreamAnswers, 'judgeBy' | 'rulesChanged'>
  }
  readonly book: Pick<RuleBook, 'current' | 'onChange'>
}

/** Has expressions and days of answers mean what the rule files say, whenever these are read again. */
export function judgeAnswers({ household: { hub, answers }, book }: Ground): void {
  const names = new PlayerNames({ aliases: () => book.current.players, players: () => hub.players() })
  answers.judgeBy(
    new AnswerConditions({
      ruleSet: () => book.current,
      player: (id) => hub.player(id),
      playerId: (named) => names.idOf(named),
      queue: (stream) => hub.queue(stream),
      vars: () => hub.vars(),
      inputs: () => hub.inputValues(),
    }),
  )
  book.onChange(() => answers.rulesChanged())
}
