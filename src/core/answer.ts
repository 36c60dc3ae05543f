/**
 * Another stream that answers in place of one, for those who ask at certain hours, with a certain player or while an
 * expression holds: the same card, another hour, another child.
 */
export interface Answer {
  /** Name of the stream whose queue is played. */
  readonly stream: string
  /** All of it must hold. */
  readonly when: AnswerCondition
}

export interface AnswerCondition {
  /** Id of the player that asks. Where that cannot be told, this does not hold. */
  readonly player?: string
  /** "HH:MM", from (inclusive) to before; a window may cross midnight. */
  readonly between?: { readonly from: string; readonly to: string }
  /** Words for days, as rules have them, of the moment of asking. */
  readonly days?: readonly string[]
  /** An expression about the moment, who asks and the house. What is not known does not hold. */
  readonly if?: string
}

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof weekdays)[number]

/** Who asks, what the clocks of the house show, and whether what goes beyond that holds then. */
export interface Asker {
  /** null where it cannot be told. */
  readonly player: string | null
  /** "HH:MM". */
  readonly time: string
  /** Whether it is one of the days. */
  isOn(days: readonly string[]): boolean
  /** Whether the expression holds. Never throws. */
  holds(expression: string): boolean
}

/**
 * The stream whose queue is played for the asker: that of the first answer that holds and whose stream there is, else
 * the one that was asked for. An answer's own answers do not count, so nobody is led in a circle.
 */
export function answeringStream(
  asked: string,
  { answers, exists }: { answers: readonly Answer[]; exists: (stream: string) => boolean },
  asker: Asker,
): string {
  return answers.find(({ stream, when }) => holds(when, asker) && exists(stream))?.stream ?? asked
}

/** Whether a time of day lies in the window; both are "HH:MM", and the window may cross midnight. */
export function isBetween(time: string, { from, to }: { from: string; to: string }): boolean {
  return from <= to ? from <= time && time < to : from <= time || time < to
}

/** Why an answer could never be heard in place of the stream, for people, behind what names it; null where it can. */
export function answerFault(asked: string, { stream, when: { between } }: Answer): string | null {
  if (stream === asked)
    return `names "${asked}" itself, which plays anyway where no answer holds: name another stream`
  if (between !== undefined && between.from === between.to)
    return `never holds, for its time begins and ends at ${between.from}: give two different times, or leave \`between\` out for the whole day`
  return null
}

function holds({ player, between, days, if: expression }: AnswerCondition, asker: Asker): boolean {
  return (
    (player === undefined || player === asker.player) &&
    (between === undefined || isBetween(asker.time, between)) &&
    (days === undefined || asker.isOn(days)) &&
    (expression === undefined || asker.holds(expression))
  )
}
