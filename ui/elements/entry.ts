import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { keyed } from 'lit/directives/keyed.js'
import type { Session } from '../access.ts'
import { formLook } from '../form-look.ts'
import { readersSay } from '../readers-say.ts'
import { sessionDoubted } from '../request.ts'
import { fetchSession, missingFor } from '../session.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import { entryLook } from './entry-look.ts'

const againMs = 2000
const signOutHash = '#/sign-out'
const setUpHash = '#/set-up'

/** Lets in who may come in, and shows them what is theirs: the panel, or the page of a child. */
export class Entry extends LitElement {
  static override properties = {
    inside: { state: true },
    missing: { state: true },
    lost: { state: true },
    forgotten: { state: true },
    leaving: { state: true },
    settingUp: { state: true },
  }
  /** The session of who came in last; their page stays behind a sign-in that comes up in the middle. */
  declare inside: Session | null
  /** What has to happen before anybody may come in, or go on. */
  declare missing: 'set-up' | 'sign-in' | null
  declare lost: boolean
  /** Somebody signed in, and the browser or something on the way did not keep their session. */
  declare forgotten: boolean
  /** The reader came by the address that leads out. */
  declare leaving: boolean
  /** The reader came by the address that leads to the set-up. */
  declare settingUp: boolean
  readonly #say: Say = readersSay
  #reading: Promise<void> | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor() {
    super()
    this.inside = null
    this.missing = null
    this.lost = false
    this.forgotten = false
    this.leaving = location.hash === signOutHash
    this.settingUp = location.hash === setUpHash
    this.addEventListener('session-changed', () => void this.#sessionChanged())
    this.addEventListener('signed-out', () => this.#left())
  }

  /** The sign-in stands in the page itself, where password managers look for it. */
  override createRenderRoot() {
    return this
  }

  override connectedCallback(): void {
    super.connectedCallback()
    document.adoptedStyleSheets = [shared, formLook, entryLook].flatMap(({ styleSheet }) => styleSheet ?? [])
    document.addEventListener(sessionDoubted, this.#read)
    document.addEventListener('visibilitychange', this.#visibilityChanged)
    window.addEventListener('hashchange', this.#hashChanged)
    void this.#read()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearTimeout(this.#timer)
    document.removeEventListener(sessionDoubted, this.#read)
    document.removeEventListener('visibilitychange', this.#visibilityChanged)
    window.removeEventListener('hashchange', this.#hashChanged)
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    // Closed and not just taken away, it gives the focus back to where it was.
    if (changed.has('missing') && this.missing === null)
      this.querySelector<HTMLDialogElement>('dialog.again')?.close()
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('missing') && this.missing === null) void this.#begin()
    const again = this.querySelector<HTMLDialogElement>('dialog.again')
    if (again !== null && !again.open) again.showModal()
    // There is nothing to set up for somebody who is in.
    if (this.settingUp && this.inside !== null && this.missing === null) leaveSetUp()
  }

  override render() {
    const { inside, missing } = this
    if (inside === null && missing === null)
      return html`<main class="door" aria-live="polite">
        ${this.#say(this.lost ? 'notice.lost' : 'notice.connecting')}
      </main>`
    if (inside === null) return html`<main class="door"><h1>Yoto Smart Stream</h1>${this.#way()}</main>`
    const user = inside.user
    // Somebody else starts afresh: nothing of theirs is behind what one reader had open.
    return html`${keyed(`${user?.id} ${user?.role}`, this.#page(inside))}
    ${
      missing === null
        ? nothing
        : html`<dialog
            class="again"
            closedby="none"
            aria-labelledby=${this.#wayIn ?? nothing}
            @keydown=${keepOpen}
            @cancel=${keepOpen}
            @close=${() => this.requestUpdate()}
          >
            <div class="door"><p class="name">Yoto Smart Stream</p>${this.#way()}</div>
          </dialog>`
    }`
  }

  /** Those who can sign in may be none who decide who else may come in. */
  get #wayIn(): 'set-up' | 'sign-in' | null {
    return this.missing !== null && this.settingUp ? 'set-up' : this.missing
  }

  /** Who comes in by a form that is gone now begins at the name of their page. */
  async #begin(): Promise<void> {
    const page = this.querySelector<LitElement>('yoto-panel, yoto-kid')
    await page?.updateComplete
    if (document.activeElement === document.body) page?.focus()
  }

  #way() {
    if (this.#wayIn === 'set-up')
      return html`<yoto-set-up .first=${this.missing === 'set-up'} .say=${this.#say}></yoto-set-up>`
    return html`<yoto-sign-in
      .known=${this.inside?.user?.username ?? ''}
      .again=${this.inside !== null}
      .forgotten=${this.forgotten}
      .say=${this.#say}
    ></yoto-sign-in>`
  }

  #page(session: Session) {
    const active = this.missing === null
    const { auth, user } = session
    if (this.leaving && auth === 'password' && user !== null)
      return html`<main class="door">
        <h1>Yoto Smart Stream</h1>
        <yoto-sign-out .user=${user} .say=${this.#say}></yoto-sign-out>
      </main>`
    if (user?.role === 'child')
      return html`<yoto-kid .user=${user} .active=${active} .say=${this.#say}></yoto-kid>`
    return html`<yoto-panel .session=${session} .active=${active} .say=${this.#say}></yoto-panel>`
  }

  /** Two who ask at once share an answer. */
  readonly #read = (): Promise<void> => {
    clearTimeout(this.#timer)
    this.#reading ??= fetchSession()
      .then((session) => this.#take(session))
      .catch(() => this.#tryAgain())
      .finally(() => {
        this.#reading = null
      })
    return this.#reading
  }

  #take(session: Session): void {
    this.lost = false
    this.missing = missingFor(session)
    if (this.missing === null) this.inside = session
  }

  /** Who is in sees by the live connection that nobody answers. */
  #tryAgain(): void {
    this.lost = true
    if (this.inside === null) this.#timer = setTimeout(this.#read, againMs)
  }

  async #sessionChanged(): Promise<void> {
    // An answer under way may be older than the change.
    await this.#reading
    const signingIn = this.#wayIn === 'sign-in'
    await this.#read()
    if (this.settingUp && !this.lost) leaveSetUp()
    this.forgotten = signingIn && this.missing === 'sign-in' && !this.lost
  }

  #left(): void {
    this.inside = null
    this.missing = 'sign-in'
    location.hash = '#/'
  }

  /** Somebody may have signed out, or in as somebody else, beside this page. */
  readonly #visibilityChanged = (): void => {
    if (!document.hidden && this.inside?.auth === 'password') void this.#read()
  }

  readonly #hashChanged = (): void => {
    this.leaving = location.hash === signOutHash
    this.settingUp = location.hash === setUpHash
  }
}

/** The way back leads past it, not to it and on again. */
function leaveSetUp(): void {
  location.replace('#/')
}

/** Another dialog may stand below the sign-in, and what is typed there must not go with it. */
function keepOpen(event: Event): void {
  if (!(event instanceof KeyboardEvent) || event.key === 'Escape') event.preventDefault()
}
