import type { LitElement } from 'lit'

/** The hand stays where a row was: at the last button of what took its place, or at what `otherwise` names. */
export async function focusPlace(
  host: LitElement,
  { place, otherwise }: { place: number; otherwise: string },
): Promise<void> {
  await host.updateComplete
  const rows = [...host.renderRoot.querySelectorAll('ul > li')]
  const row = rows[Math.min(place, rows.length - 1)]
  const button = row?.querySelector<HTMLElement>('button:last-of-type')
  const target = button ?? host.renderRoot.querySelector<HTMLElement>(otherwise)
  target?.focus()
}
