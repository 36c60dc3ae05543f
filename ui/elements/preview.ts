import { css, html, LitElement, type PropertyValues } from 'lit'
import { shared } from '../styles.ts'

/** A small player for a file, or for what a stream would play now. */
export class Preview extends LitElement {
  static override properties = { src: {}, version: { type: Number }, label: {} }
  static override styles = [
    shared,
    css`
      audio {
        display: block;
        width: 100%;
        height: 40px;
      }
    `,
  ]
  declare src: string
  /** Of the queue; another one means other audio at the same address. A file has none. */
  declare version: number | undefined
  declare label: string

  override render() {
    return html`<audio controls preload="none" src=${this.src} aria-label=${this.label}></audio>`
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has('version') || changed.get('version') === undefined) return
    const audio = this.renderRoot.querySelector('audio')
    // Who is listening hears to its end what they began with, as a player would.
    // Not `load()`, with which Chromium fetches what nobody has asked for: that would play a live stream to nobody.
    if (audio?.paused) audio.src = this.src
  }
}
