import { html, svg, type TemplateResult } from 'lit'

// Drawn for a field of 24 by 24; strokes take the colour of the text around them.
const shapes = {
  play: svg`<path d="M8 5.5v13l10.5-6.5z" fill="currentColor" />`,
  pause: svg`<path d="M8 5.5v13M16 5.5v13" stroke-width="4" />`,
  next: svg`<path d="M6 6v12l8.5-6z" fill="currentColor" /><path d="M17.5 6v12" />`,
  previous: svg`<path d="M18 6v12l-8.5-6z" fill="currentColor" /><path d="M6.5 6v12" />`,
  volume: svg`<path d="M4.5 9.5v5h3.5l4.5 4v-13l-4.5 4z" fill="currentColor" /><path d="M16 8.7a4.6 4.6 0 0 1 0 6.6M18.6 6a8.4 8.4 0 0 1 0 12" />`,
  up: svg`<path d="m6.5 14.5 5.5-5.5 5.5 5.5" />`,
  down: svg`<path d="m6.5 9.5 5.5 5.5 5.5-5.5" />`,
  left: svg`<path d="m14.5 6.5-5.5 5.5 5.5 5.5" />`,
  right: svg`<path d="m9.5 6.5 5.5 5.5-5.5 5.5" />`,
  minus: svg`<path d="M6 12h12" />`,
  plus: svg`<path d="M6 12h12M12 6v12" />`,
  remove: svg`<path d="m7 7 10 10M17 7 7 17" />`,
  heart: svg`<path d="M12 19.5C6.2 15.4 4 12.6 4 9.4A4.2 4.2 0 0 1 12 7.6 4.2 4.2 0 0 1 20 9.4c0 3.2-2.2 6-8 10.1z" />`,
  loved: svg`<path d="M12 19.5C6.2 15.4 4 12.6 4 9.4A4.2 4.2 0 0 1 12 7.6 4.2 4.2 0 0 1 20 9.4c0 3.2-2.2 6-8 10.1z" fill="currentColor" />`,
  done: svg`<path d="m5 12.5 4.5 4.5L19 7.5" />`,
  grip: svg`<path d="M9 6.5h.01M15 6.5h.01M9 12h.01M15 12h.01M9 17.5h.01M15 17.5h.01" stroke-width="2.6" />`,
  edit: svg`<path d="M4.5 19.5h3.6L19 8.6 15.4 5 4.5 15.9zM13 7.4l3.6 3.6" />`,
  power: svg`<path d="M12 4v7.5M7.2 7.2a6.8 6.8 0 1 0 9.6 0" />`,
  warning: svg`<path d="M12 4.5 21 19.5H3zM12 10.5v4M12 17.2h.01" />`,
  question: svg`<circle cx="12" cy="12" r="8.5" /><path d="M9.6 9.6a2.4 2.4 0 1 1 3.4 2.2c-.7.4-1 .8-1 1.5M12 16.2h.01" />`,
  info: svg`<circle cx="12" cy="12" r="8.5" /><path d="M12 11.5v4.5M12 8.2h.01" />`,
  moon: svg`<path d="M19 14.2A7.6 7.6 0 0 1 9.8 5a7.6 7.6 0 1 0 9.2 9.2z" />`,
  show: svg`<path d="M2.5 12c2.3-4 5.5-6 9.5-6s7.2 2 9.5 6c-2.3 4-5.5 6-9.5 6s-7.2-2-9.5-6z" /><circle cx="12" cy="12" r="2.8" />`,
  hide: svg`<path d="M2.5 12c2.3-4 5.5-6 9.5-6s7.2 2 9.5 6c-2.3 4-5.5 6-9.5 6s-7.2-2-9.5-6z" /><circle cx="12" cy="12" r="2.8" /><path d="m4.5 20 15-16" />`,
  person: svg`<circle cx="12" cy="8.5" r="3.8" /><path d="M4.5 20c.8-4.2 3.6-6 7.5-6s6.7 1.8 7.5 6" />`,
  copy: svg`<rect x="8.5" y="8.5" width="11" height="11" rx="2" /><path d="M5.5 15.5h-1v-11h11v1" />`,
  note: svg`<path d="M9.5 17.5V6l9-1.8v11.3" /><circle cx="7" cy="17.5" r="2.5" /><circle cx="16" cy="15.5" r="2.5" />`,
  upload: svg`<path d="M12 15.5v-11M7 9l5-5 5 5M4.5 15.5v4h15v-4" />`,
  again: svg`<path d="M19 12a7 7 0 1 1-2.2-5.1M19.5 3.5v4.2h-4.2" />`,
  settings: svg`<path d="M4 7h9M18 7h2M4 17h2M11 17h9" /><circle cx="15.5" cy="7" r="2.5" /><circle cx="8.5" cy="17" r="2.5" />`,
  card: svg`<rect x="6.5" y="4" width="11" height="16" rx="2" /><path d="M9.5 8h5" />`,
} as const

export type IconName = keyof typeof shapes

/** A decorative picture: what it means must be said in words beside it or in a label. */
export function icon(name: IconName, size = 22): TemplateResult {
  return html`<svg
    width=${size}
    height=${size}
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    stroke-width="2"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    ${shapes[name]}
  </svg>`
}
