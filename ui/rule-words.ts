import type { RuleFileView } from '../src/http/api/rules.ts'
import type { Say } from './text.ts'

/** What runs of a file, in words; times as the household's clocks show them. */
export function stateText(
  { state, good_since }: Pick<RuleFileView, 'state' | 'good_since'>,
  { zone, say, now }: { readonly zone: string | null; readonly say: Say; readonly now: Date },
): string {
  switch (state) {
    case 'running':
      return say('rules.running')
    case 'left-out':
      return say('rules.left-out')
    case 'kept-for-others':
      return say('rules.kept')
    case 'last-good':
      return good_since === null
        ? say('rules.last-good-earlier')
        : say('rules.last-good', { time: sinceText(new Date(good_since), { zone, say, now }) })
  }
}

function sinceText(
  then: Date,
  { zone, say, now }: { readonly zone: string | null; readonly say: Say; readonly now: Date },
): string {
  const on = (at: Date, format: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(say.locale, { ...format, ...(zone === null ? {} : { timeZone: zone }) }).format(
      at,
    )
  const isToday = on(then, { dateStyle: 'short' }) === on(now, { dateStyle: 'short' })
  return on(then, isToday ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' })
}
