import type { Report } from '../../language/report.ts'
import { either } from '../../language/wording.ts'
import { chosenRun, noCardInWords } from '../card/chosen-run.ts'
import { type CardSize, cardSize, varsSet } from '../card/size.ts'
import { mostChapters } from '../card/unfold.ts'
import { compiled } from '../compiled.ts'
import type { ReadStory } from '../read/story.ts'

/** Says that the story does not fit on a card that tells it by itself, where somebody could think that it does. */
export async function sayNoCard(
  { story, key }: Pick<ReadStory, 'story' | 'key'>,
  { report, breathe }: { readonly report: Report; readonly breathe: () => Promise<void> },
): Promise<void> {
  if (story.run === 'live') return
  const { none } = chosenRun(compiled(story))
  if (none === null) return
  if (none.why === 'too-big') return sayTooBig({ story, key }, report, await cardSize(story, breathe))
  if (story.run !== 'card' || none.why === 'stuck' || none.why === 'silent-round') return
  const message = `story "${story.id}" says \`run: card\`, and no card can tell it by itself: ${noCardInWords(none)}`
  report.add(key, 'warning', 'story/no-card', message, 'take `run: card` out: then it is run live, from here')
}

function sayTooBig(
  { story, key }: Pick<ReadStory, 'story' | 'key'>,
  report: Report,
  size: CardSize | null,
): void {
  if (size === null) return
  const names = varsSet(story)
  const of = names.length === 0 ? '' : ` after unfolding ${names.join(' × ')}`
  const chapters = `${size.isMore ? 'more than ' : ''}${size.chapters.toLocaleString('en')} chapters${of}`
  const what =
    story.run === 'card'
      ? 'so it cannot be told by a card alone, as `run: card` asks for'
      : 'so it is run live'
  const message = `story "${story.id}" has ${chapters}, and a card may have ${mostChapters}: ${what}`
  report.add(key, 'warning', 'story/card-too-big', message, helpFor(size.factors))
}

function helpFor(factors: readonly { readonly name: string; readonly chapters: number }[]): string {
  const live = 'write `run: live` where it is to be run from here'
  const [first] = factors
  if (first === undefined) return live
  const enough = factors.filter(({ chapters }) => chapters <= mostChapters).map(({ name }) => name)
  const most =
    enough.length === 0
      ? `without ${first.name} it would have ${first.chapters}`
      : `it would fit without ${either(enough)}`
  return `${most}; a lower \`max\` makes it fewer, or ${live}`
}
