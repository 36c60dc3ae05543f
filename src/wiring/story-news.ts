import type { Log } from '../core/log.ts'
import type { RuleSet } from '../rules/rule-set.ts'

/** Says which stories there are and what can be done with them, each time there are others. */
export class StoryNews {
  readonly #log: Log
  #said = ''

  constructor(log: Log) {
    this.#log = log
  }

  tell({ stories = new Map() }: Pick<RuleSet, 'stories'>): void {
    const names = [...stories.keys()].join(', ')
    if (names === this.#said) return
    this.#said = names
    if (names === '') return
    this.#log.info(
      'stories can be put on cards with POST /api/cards {"story": …}, played in the terminal with the command play, and tried with walk and test',
      { stories: names },
    )
  }
}
