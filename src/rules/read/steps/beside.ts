import { Type } from 'typebox'
import { decode } from '../../../language/check.ts'
import { isEmpty } from '../../../language/node.ts'
import type { Report } from '../../../language/report.ts'
import type { Tagged } from '../../../language/tagged.ts'
import type { GrammarItem } from './found.ts'

/** What may stand beside an action, and beside nothing else. */
export const besideActions = ['on_error']

export const onErrorWord = Type.Literal('continue', {
  expected: 'continue (without it the run ends at what fails)',
  instead: [
    {
      pattern: '^(true|yes|ignore|skip|next|resume|proceed|go_on|go on)$',
      write: 'continue',
      plain: true,
    },
  ],
})

/** What stands behind the `on_error` beside an action; null after errors, which are reported. */
export function onErrorIn({ more }: Tagged, report: Report): Pick<GrammarItem, 'onError'> | null {
  const entry = more.get('on_error')
  if (entry === undefined) return {}
  const place = isEmpty(entry.value) ? entry.key : entry.value
  const onError = decode(onErrorWord, { ...entry.value, span: place.span }, report, { what: '`on_error`' })
  return onError === undefined ? null : { onError }
}
