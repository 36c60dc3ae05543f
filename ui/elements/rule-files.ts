import { html, LitElement, nothing } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { icon } from '../icons.ts'
import { stateText } from '../rule-words.ts'
import { isAllWell, type RuleFileView, type RulesView } from '../rules.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import { findingList, findingLook } from './finding-list.ts'
import { rulesLook } from './rules-look.ts'

/** The rule files with what runs of each and what is wrong with it; fires `open-file` with a file's name. */
export class RuleFiles extends LitElement {
  static override properties = {
    view: { attribute: false },
    zone: {},
    decides: { type: Boolean },
    say: { attribute: false },
  }
  static override styles = [shared, rulesLook, findingLook]
  declare view: RulesView
  /** The household's; null until it is known. */
  declare zone: string | null
  /** The reader may change files. */
  declare decides: boolean
  declare say: Say

  override render() {
    const { view, say } = this
    return html`<section aria-labelledby="title">
      <h3 id="title">${say('rules.files')}</h3>
      ${isAllWell(view) ? html`<p>${this.#allWell()}</p>` : this.#list()}
    </section>`
  }

  #allWell() {
    const { say, view } = this
    const count = view.files.length
    if (count === 0) return say('rules.no-files')
    return count === 1 ? say('rules.all-well-one') : say('rules.all-well', { count })
  }

  #list() {
    const { files, unread } = this.view
    return html`<ul class="card" role="list">
      ${unread.map(({ file, text }) => this.#unread(file, text))}
      ${repeat(
        files.toSorted((one, other) => weight(other) - weight(one)),
        ({ file }) => file,
        (file) => this.#file(file),
      )}
    </ul>`
  }

  #unread(file: string, text: string) {
    const { say } = this
    return html`<li class="part">
      <div class="line">
        <h4>${file}</h4>
        <span class="badge held">${say('rules.unread')}</span>
      </div>
      <p lang="en">${text}</p>
    </li>`
  }

  #file(view: RuleFileView) {
    const { say, decides, zone } = this
    const { file, state, findings, would_break, etag } = view
    const words = stateText(view, { zone, say, now: new Date() })
    return html`<li class="part">
      <div class="line">
        <h4>${file} <span class=${state === 'running' ? 'badge' : 'badge held'}>${words}</span></h4>
        ${
          decides && etag !== null && weight(view) > 0
            ? html`<button aria-label=${say('rules.open-named', { file })} @click=${() => this.#open(file)}>
                ${icon('edit', 18)}${say('rules.open')}
              </button>`
            : nothing
        }
      </div>
      ${findings.length === 0 ? nothing : findingList(findings, say)}
      ${
        would_break.length === 0
          ? nothing
          : html`<p>${say('rules.would-break')}</p>
              ${findingList(would_break, say)}`
      }
    </li>`
  }

  #open(file: string): void {
    this.dispatchEvent(new CustomEvent('open-file', { detail: file }))
  }
}

/** What to look at first has the most. */
function weight({ state, findings, would_break }: RuleFileView): number {
  if (state !== 'running') return 2
  return findings.length + would_break.length > 0 ? 1 : 0
}
