import { html, nothing } from 'lit'
import type { Attempt } from '../attempt.ts'
import type { Say } from '../text.ts'

/** Why a form did not get what it asked for. A reader who listens hears the length of a wait once, not every second. */
export function attemptNotice({ fault, waitS, wholeWaitS }: Attempt, say: Say) {
  return html`<div role="alert">${
    waitS > 0
      ? html`<p class="wrong">
            <span aria-hidden="true">${say('form.wait', { time: waitText(waitS, say) })}</span>
            <span class="hidden">${say('form.wait', { time: waitText(wholeWaitS, say) })}</span>
          </p>`
      : fault === null
        ? nothing
        : html`<p class="wrong">${fault}</p>`
  }</div>`
}

const inMinutesFromS = 120

function waitText(seconds: number, say: Say): string {
  const [value, unit] = seconds < inMinutesFromS ? [seconds, 'second'] : [Math.ceil(seconds / 60), 'minute']
  return new Intl.NumberFormat(say.locale, { style: 'unit', unit, unitDisplay: 'long' }).format(value)
}
