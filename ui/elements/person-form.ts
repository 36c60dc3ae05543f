import { css, html, LitElement, nothing } from 'lit'
import type { UserWish } from '../../src/http/api/users.ts'
import { type Person, type Role, roles } from '../access.ts'
import { Attempt } from '../attempt.ts'
import { formLook } from '../form-look.ts'
import { addPerson, type Choice, changePerson } from '../people.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import { attemptNotice } from './attempt-notice.ts'
import { shortestPassword } from './password-field.ts'
import { roleHints, roleNames } from './role-names.ts'
import { usernameField } from './username-field.ts'

export interface SavedPerson {
  /** Null for a new one. */
  readonly id: string | null
  readonly name: string
}

/** A dialog that adds somebody or changes them. Fires `person-saved` with a `SavedPerson`. */
export class PersonForm extends LitElement {
  static override properties = {
    me: {},
    players: { attribute: false },
    cards: { attribute: false },
    say: { attribute: false },
    person: { state: true },
    role: { state: true },
  }
  static override styles = [
    shared,
    formLook,
    css`
      .child {
        display: grid;
        gap: 1.1rem;
      }
    `,
  ]
  /** The reader's id. */
  declare me: string | null
  declare players: readonly Choice[]
  declare cards: readonly Choice[]
  declare say: Say
  /** Who is changed; null for somebody new. */
  declare person: Person | null
  declare role: Role
  readonly #attempt = new Attempt(this)
  /** Counts how often it was opened. */
  #opened = 0

  constructor() {
    super()
    this.person = null
    this.role = 'member'
  }

  async open(person: Person | null): Promise<void> {
    this.#opened++
    this.person = person
    this.role = person?.role ?? 'member'
    this.#attempt.clear()
    await this.updateComplete
    this.#fill()
    this.#dialog?.showModal()
  }

  /** Whatever was typed before and not saved is gone. */
  #fill(): void {
    const form = this.renderRoot.querySelector('form')
    form?.reset()
    const own = { role: [this.role], players: this.person?.players ?? [], cards: this.person?.cards ?? [] }
    for (const [name, values] of Object.entries<readonly string[]>(own))
      for (const box of form?.querySelectorAll<HTMLInputElement>(`[name=${name}]`) ?? [])
        box.checked = values.includes(box.value)
  }

  override render() {
    const { say, person } = this
    return html`<dialog class="box" aria-labelledby="title">
      <form novalidate @input=${this.#attempt.touched} @submit=${this.#submit}>
        <div class="body">
          <h3 id="title">
            ${person === null ? say('people.add') : say('people.edit', { name: person.username })}
          </h3>
          ${person?.signs_in_with === 'ingress' ? nothing : this.#credentials(person)} ${this.#roles()}
          <div ?hidden=${this.role !== 'child'}>${this.#child()}</div>
        </div>
        <footer>
          ${attemptNotice(this.#attempt, say)}
          <div class="acts">
            <button type="button" @click=${this.#close}>${say('form.cancel')}</button>
            <button class="main" aria-disabled=${this.#attempt.blocked}>
              ${say(person === null ? 'people.add' : 'form.save')}
            </button>
          </div>
        </footer>
      </form>
    </dialog>`
  }

  #credentials(person: Person | null) {
    const { say } = this
    const wrong = this.#attempt.fields.includes('username')
    return html`${usernameField({ label: say('sign-in.name'), value: person?.username ?? '', wrong, own: false })}
      ${
        // Whoever changes their own has to know it.
        person !== null && person.id === this.me
          ? html`<p><a href="#/account">${say('me.change')}</a></p>`
          : this.#password(person)
      }`
  }

  #password(person: Person | null) {
    const { say } = this
    const hint = say('form.password-hint', { count: shortestPassword })
    return html`<yoto-password-field
      name="password"
      fresh
      ?optional=${person !== null}
      .label=${say(person === null ? 'people.password' : 'people.new-password')}
      .hint=${person === null ? hint : `${say('people.keep-password')} ${hint}`}
      .wrong=${this.#attempt.fields.includes('password')}
      .say=${say}
    ></yoto-password-field>`
  }

  #roles() {
    const { say } = this
    return html`<fieldset>
      <legend>${say('people.role')}</legend>
      ${roles.map(
        (role) => html`<label class="choice">
          <input
            type="radio"
            name="role"
            value=${role}
            .checked=${this.role === role}
            @change=${() => {
              this.role = role
            }}
          />
          <span>${say(roleNames[role])}<span class="quiet">${say(roleHints[role])}</span></span>
        </label>`,
      )}
    </fieldset>`
  }

  #child() {
    const { say, person } = this
    return html`<div class="child">
      ${choices('players', {
        legend: say('people.which-players'),
        none: say('people.no-players'),
        all: withUnknown(this.players, person?.players ?? []),
      })}
      ${choices('cards', {
        legend: say('people.which-cards'),
        none: say('people.no-cards'),
        all: withUnknown(this.cards, person?.cards ?? []),
      })}
    </div>`
  }

  async #submit(event: SubmitEvent): Promise<void> {
    const { person } = this
    const opened = this.#opened
    let name = person?.username ?? ''
    const saved = await this.#attempt.submit(event, (form) => {
      name = usernameIn(form) || name
      return save(person, { form, role: this.role })
    })
    if (!saved) return
    this.dispatchEvent(
      new CustomEvent<SavedPerson>('person-saved', { detail: { id: person?.id ?? null, name } }),
    )
    // Meanwhile somebody may have closed it and opened it for the next.
    if (opened === this.#opened) this.#close()
  }

  #close(): void {
    this.#dialog?.close()
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog')
  }
}

function choices(
  name: string,
  { legend, none, all }: { legend: string; none: string; all: readonly Choice[] },
) {
  return html`<fieldset>
    <legend>${legend}</legend>
    ${all.length === 0 ? html`<p class="quiet">${none}</p>` : nothing}
    ${all.map(
      ({ id, label }) =>
        html`<label class="choice"><input type="checkbox" name=${name} value=${id} /><span>${label}</span></label>`,
    )}
  </fieldset>`
}

/** What somebody has and the house does not know now, such as a player that is gone for a while, is not lost. */
function withUnknown(known: readonly Choice[], ids: readonly string[]): readonly Choice[] {
  const missing = ids.filter((id) => known.every((choice) => choice.id !== id))
  return [...known, ...missing.map((id) => ({ id, label: id }))]
}

/** Empty for who signs in through Home Assistant, which names them. */
function usernameIn(form: FormData): string {
  return String(form.get('username') ?? '').trim()
}

function save(person: Person | null, { form, role }: { form: FormData; role: Role }): Promise<void> {
  const username = usernameIn(form)
  const password = String(form.get('password') ?? '')
  const reach =
    role === 'child'
      ? { players: form.getAll('players').map(String), cards: form.getAll('cards').map(String) }
      : {}
  if (person === null) return addPerson({ username, password, role, ...reach })
  const change: UserWish = {
    ...(username === '' || username === person.username ? {} : { username }),
    ...(password === '' ? {} : { password }),
    ...(role === person.role ? {} : { role }),
    ...reach,
  }
  // The product takes a change of nothing for a mistake.
  return Object.keys(change).length === 0 ? Promise.resolve() : changePerson(person.id, change)
}
