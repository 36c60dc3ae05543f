import { css, html, LitElement, nothing } from 'lit'
import { formLook } from '../form-look.ts'
import { icon } from '../icons.ts'
import type { Input } from '../inputs.ts'
import type { PlanView } from '../plan.ts'
import { fetchPlan, fetchRules, type RulesView } from '../rules.ts'
import { selectLook } from '../select-look.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import { Watching } from '../watching.ts'
import type { RuleEditor } from './rule-editor.ts'
import { rulesLook } from './rules-look.ts'

const everyMs = 5000
// What holds now changes by itself, if seldom; where a file changes, the plan is read at once.
const planEveryMs = 30_000

/** The rule files and what is wrong with them, the coming days, the rules, and for those who decide an editor. */
export class Rules extends LitElement {
  static override properties = {
    active: { type: Boolean },
    decides: { type: Boolean },
    direct: { type: Boolean },
    news: { attribute: false },
    inputNews: { attribute: false },
    say: { attribute: false },
    file: { state: true },
  }
  static override styles = [
    shared,
    formLook,
    selectLook,
    rulesLook,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1.75rem;
      }
      .choose {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 0.75rem;
      }
      .choose .field {
        flex: 0 1 24rem;
      }
      .choose button {
        min-height: 48px;
      }
    `,
  ]
  declare active: boolean
  /** The reader may change files. */
  declare decides: boolean
  /** Programs reach the panel by the address of the page. */
  declare direct: boolean
  /** Rules that have run lately, where that is told. */
  declare news: readonly string[]
  /** The input that was set last, where that is told. */
  declare inputNews: Input | null
  declare say: Say
  /** The one that is edited. */
  declare file: string | null
  readonly #rules = new Watching<RulesView>(this, { fetch: () => this.#read(), everyMs })
  readonly #plan = new Watching<PlanView>(this, { fetch: fetchPlan, everyMs: planEveryMs })

  constructor() {
    super()
    this.active = true
    this.decides = false
    this.direct = true
    this.news = []
    this.inputNews = null
    this.file = null
  }

  /** Whether somebody is asked first before they go to that address, for a text is unsaved. */
  holds(hash: string): boolean {
    const editor = this.#editor
    if (hash === here || editor?.isUnsaved !== true) return false
    history.replaceState(null, '', here)
    editor.askToLeave(() => {
      location.hash = hash
    })
    return true
  }

  override render() {
    const { say } = this
    const { value: view, fault } = this.#rules
    return html`<div role="alert">${fault === null ? nothing : html`<p class="wrong">${fault}</p>`}</div>
      ${view === null ? html`<p class="quiet">${fault === null ? say('rules.reading') : nothing}</p>` : this.#parts(view)}`
  }

  #parts(view: RulesView) {
    const { say, decides } = this
    const { value: plan, fault } = this.#plan
    const rules = view.files.flatMap(({ rules }) => rules)
    const names = new Map(rules.flatMap(({ id, name }) => (name === null ? [] : [[id, name] as const])))
    return html`<yoto-rule-files
        .view=${view}
        .zone=${plan?.zone ?? null}
        .decides=${decides}
        .say=${say}
        @open-file=${({ detail }: CustomEvent<string>) => this.#open(detail)}
      ></yoto-rule-files>
      ${decides ? this.#editing(view) : nothing}
      <yoto-input-list .active=${this.active} .news=${this.inputNews} .say=${say}></yoto-input-list>
      ${fault === null ? nothing : html`<p class="wrong">${fault}</p>`}
      ${plan === null ? nothing : html`<yoto-rule-plan .plan=${plan} .names=${names} .say=${say}></yoto-rule-plan>`}
      <yoto-rule-list
        .rules=${rules}
        .decides=${decides}
        .active=${this.active}
        .news=${this.news}
        .say=${say}
        @rules-changed=${this.#changed}
      ></yoto-rule-list>
      ${
        decides
          ? html`<yoto-webhook-list .active=${this.active} .direct=${this.direct} .say=${say}></yoto-webhook-list>`
          : nothing
      }`
  }

  #editing({ files }: RulesView) {
    const { say, file } = this
    if (file !== null)
      return html`<yoto-rule-editor
        .file=${file}
        .zone=${this.#plan.value?.zone ?? null}
        .say=${say}
        @rules-changed=${this.#changed}
        @close=${this.#closed}
      ></yoto-rule-editor>`
    const written = files.filter(({ etag }) => etag !== null)
    if (written.length === 0) return nothing
    return html`<form class="choose" @submit=${this.#choose}>
      <div class="field">
        <label for="file">${say('rules.choose')}</label>
        <select id="file" name="file">
          ${written.map((one) => html`<option value=${one.file}>${one.file}</option>`)}
        </select>
      </div>
      <button>${icon('edit', 18)}${say('rules.open')}</button>
    </form>`
  }

  async #read(): Promise<RulesView> {
    const before = this.#rules.value
    const view = await fetchRules()
    if (before !== null && JSON.stringify(before) !== JSON.stringify(view)) void this.#plan.read()
    return view
  }

  #choose(event: SubmitEvent): void {
    event.preventDefault()
    if (!(event.target instanceof HTMLFormElement)) return
    const file = new FormData(event.target).get('file')
    if (typeof file === 'string') this.#open(file)
  }

  #open(file: string): void {
    const show = () => {
      this.file = file
      this.#editor?.focus()
    }
    if (this.#editor === null || this.file === file) show()
    else this.#editor.askToLeave(show)
  }

  async #closed(): Promise<void> {
    this.file = null
    await this.updateComplete
    this.renderRoot.querySelector<HTMLElement>('select')?.focus()
  }

  #changed(): void {
    void this.#rules.read()
    void this.#plan.read()
  }

  get #editor(): RuleEditor | null {
    return this.renderRoot.querySelector('yoto-rule-editor')
  }
}

const here = '#/rules'
