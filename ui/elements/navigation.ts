import { html, nothing } from 'lit'
import type { Session } from '../access.ts'
import { icon } from '../icons.ts'
import { hashOf, type Page, pagesFor } from '../route.ts'
import type { Say } from '../text.ts'
import type { TextKey } from '../text-keys.ts'

export const pageNames = {
  house: 'nav.house',
  library: 'nav.library',
  rules: 'nav.rules',
  history: 'nav.history',
  people: 'nav.people',
  tokens: 'nav.tokens',
  yoto: 'nav.yoto',
  'first-steps': 'steps.title',
  account: 'nav.account',
} as const satisfies Record<Page, TextKey>

/** The way to every page that is for this reader. The first steps are offered where somebody needs them. */
export function navigation(session: Session, { here, say }: { here: Page; say: Say }) {
  return html`<nav aria-label=${say('nav.title')}>
    <ul role="list">
      ${pagesFor(session)
        .filter((page) => page !== 'first-steps' || page === here)
        .map(
          (page) =>
            html`<li>
            <a href=${hashOf(page)} aria-current=${page === here ? 'page' : nothing}>
              ${page === 'account' ? own(session, say) : say(pageNames[page])}
            </a>
          </li>`,
        )}
    </ul>
  </nav>`
}

function own({ user }: Session, say: Say) {
  return html`${icon('person', 18)}<span class="hidden">${say(pageNames.account)}: </span
    ><span class="cut">${user?.username}</span>`
}
