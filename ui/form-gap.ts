import type { Say } from './text.ts'

interface Gap {
  readonly words: string
  readonly fields: readonly [string]
}

/** The first field that a form cannot be sent with, in place of the browser's own bubble; null where there is none. */
export function firstGap(form: HTMLFormElement, say: Say): Gap | null {
  const field = [...form.elements].find((one) => one instanceof HTMLInputElement && !one.validity.valid)
  if (!(field instanceof HTMLInputElement)) return null
  return { words: wordsFor(field, say), fields: [field.name] }
}

function wordsFor(field: HTMLInputElement, say: Say): string {
  if (field.validity.customError) return field.validationMessage
  if (field.validity.tooShort) return say('form.too-short', { field: labelOf(field), count: field.minLength })
  if (field.type === 'radio') return say('form.choose', { field: legendOf(field) })
  return say('form.empty', { field: labelOf(field) })
}

function labelOf({ labels, name }: HTMLInputElement): string {
  return labels?.[0]?.textContent?.trim() ?? name
}

function legendOf(field: HTMLInputElement): string {
  return field.closest('fieldset')?.querySelector('legend')?.textContent?.trim() ?? field.name
}
