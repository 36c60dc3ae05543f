import { css, html, LitElement, nothing } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { Person } from '../access.ts'
import { formLook } from '../form-look.ts'
import { icon } from '../icons.ts'
import { type Choice, fetchPeople, removePerson } from '../people.ts'
import { Reading } from '../reading.ts'
import { focusPlace } from '../row-focus.ts'
import { Said } from '../said.ts'
import { sessionChanged } from '../session.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import { attemptNotice } from './attempt-notice.ts'
import type { Confirm } from './confirm.ts'
import { listLook } from './list-look.ts'
import type { PersonForm, SavedPerson } from './person-form.ts'
import { roleNames } from './role-names.ts'

/** Who may come in, for those who decide it. Fires `session-changed` when the reader has changed what they are. */
export class People extends LitElement {
  static override properties = {
    me: {},
    players: { attribute: false },
    cards: { attribute: false },
    say: { attribute: false },
  }
  static override styles = [
    shared,
    formLook,
    listLook,
    css`
      .what p {
        overflow-wrap: anywhere;
      }
    `,
  ]
  /** The reader's id. */
  declare me: string | null
  declare players: readonly Choice[]
  declare cards: readonly Choice[]
  declare say: Say
  readonly #reading = new Reading(this, fetchPeople)
  readonly #said = new Said(this)

  read(): Promise<void> {
    return this.#reading.read()
  }

  override render() {
    const { say, players, cards } = this
    return html`<div class="head">
        <p class="quiet">${say('people.intro')}</p>
        <button class="main" @click=${() => this.#form?.open(null)}>${icon('plus', 20)}${say('people.add')}</button>
      </div>
      ${attemptNotice(this.#reading, say)}
      <ul role="list" aria-label=${say('nav.people')}>
        ${repeat(
          this.#reading.value ?? [],
          ({ id }) => id,
          (person) => this.#row(person),
        )}
      </ul>
      ${this.#said.render()}
      <yoto-person-form
        .me=${this.me}
        .players=${players}
        .cards=${cards}
        .say=${say}
        @person-saved=${(event: CustomEvent<SavedPerson>) => this.#saved(event.detail)}
      ></yoto-person-form>
      <yoto-confirm .say=${say}></yoto-confirm>`
  }

  #row(person: Person) {
    const { say } = this
    const { id, username: name, role, signs_in_with } = person
    return html`<li class="card">
      <div class="what">
        <h3>${name} ${id === this.me ? html`<span class="badge">${say('people.you')}</span>` : nothing}</h3>
        <p class="quiet">
          ${say(roleNames[role])}${signs_in_with === 'ingress' ? ` · ${say('people.by-home-assistant')}` : nothing}
        </p>
        ${role === 'child' ? this.#reach(person) : nothing}
      </div>
      <div class="acts">
        <button aria-label=${say('people.edit', { name })} @click=${() => this.#form?.open(person)}>
          ${icon('edit', 18)}${say('people.change')}
        </button>
        ${this.#isLastAdmin(person) ? nothing : this.#removeButton(person)}
      </div>
    </li>`
  }

  #removeButton(person: Person) {
    const { say } = this
    return html`<button
      aria-label=${say('people.remove', { name: person.username })}
      @click=${() => this.#askToRemove(person)}
    >
      ${icon('remove', 20)}${say('people.take-away')}
    </button>`
  }

  /** Without whom nobody decides any more; the product would refuse it. */
  #isLastAdmin({ role }: Person): boolean {
    const admins = this.#reading.value?.filter((person) => person.role === 'admin') ?? []
    return role === 'admin' && admins.length === 1
  }

  #reach({ players, cards }: Person) {
    const { say } = this
    const named = (ids: readonly string[], known: readonly Choice[]) =>
      ids.map((id) => known.find((choice) => choice.id === id)?.label ?? id).join(', ')
    return html`<p class="quiet">
        ${players.length === 0 ? say('people.has-no-players') : say('people.players', { names: named(players, this.players) })}
      </p>
      <p class="quiet">
        ${cards.length === 0 ? say('people.has-no-cards') : say('people.cards', { names: named(cards, this.cards) })}
      </p>`
  }

  #askToRemove({ id, username: name, signs_in_with }: Person): void {
    const { say } = this
    const place = this.#reading.value?.findIndex((person) => person.id === id) ?? 0
    void this.renderRoot.querySelector<Confirm>('yoto-confirm')?.ask({
      title: say('people.remove-title', { name }),
      text: say(signs_in_with === 'ingress' ? 'people.remove-text-ingress' : 'people.remove-text', { name }),
      yes: say('people.remove', { name }),
      act: async () => {
        await removePerson(id)
        this.#said.say(say('people.removed', { name }))
        await this.#changed(id)
      },
      after: () => void focusPlace(this, { place, otherwise: '.head button' }),
    })
  }

  #saved({ id, name }: SavedPerson): void {
    this.#said.say(this.say('people.saved', { name }))
    void this.#changed(id)
  }

  #changed(id: string | null): Promise<void> {
    if (id === this.me && id !== null) sessionChanged(this)
    return this.read()
  }

  get #form(): PersonForm | null {
    return this.renderRoot.querySelector<PersonForm>('yoto-person-form')
  }
}
