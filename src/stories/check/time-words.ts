import type { PlayingTime, PlayingTimeView, Span, SpanView } from '../../core/playing-time.ts'
import { printable } from '../../language/printable.ts'

/** How long a story plays, for people: one line for it, and one for each ending. */
export function playingTimeInWords({ endings, longest, goesRound }: PlayingTime): readonly string[] {
  if (goesRound === null) return ['how long it plays is not known, as it has too many situations']
  const widest = Math.max(0, ...endings.map(({ name }) => printable(name).length))
  const lines = endings.map(
    ({ name, shortest }) => `${printable(name).padEnd(widest)}  after ${spanInWords(shortest)} at least`,
  )
  if (longest === null) return lines
  const more = goesRound ? ', more for who goes round' : ''
  return [...lines, `at most ${spanInWords(longest)}${more}`]
}

/** The same for programs. */
export function playingTimeAsJson({
  endings,
  shortest,
  longest,
  goesRound,
  beforeChoiceMs,
}: PlayingTime): PlayingTimeView {
  return {
    endings: endings.map((ending) => ({ name: ending.name, shortest: spanAsJson(ending.shortest) })),
    shortest: shortest && spanAsJson(shortest),
    longest: longest && spanAsJson(longest),
    goes_round: goesRound,
    before_choice_s: beforeChoiceMs === null ? null : seconds(beforeChoiceMs),
  }
}

function spanAsJson({ scenes, ms }: Span): SpanView {
  return { scenes, seconds: ms === null ? null : seconds(ms) }
}

function seconds(ms: number): number {
  return Math.round(ms / 1000)
}

function spanInWords({ scenes, ms }: Span): string {
  const heard = `${scenes} ${scenes === 1 ? 'scene' : 'scenes'}`
  return ms === null ? heard : `${clock(seconds(ms))} (${heard})`
}

/** `2 min 05 s`. */
function clock(all: number): string {
  const [minutes, rest] = [Math.floor(all / 60), all % 60]
  return minutes === 0 ? `${rest} s` : `${minutes} min ${String(rest).padStart(2, '0')} s`
}
