import type { Page } from 'playwright-core'

/** The element with the focus, through every shadow: `input username`, `button Save`. */
export function focused(page: Page): Promise<string> {
  return page.evaluate(find)
}

const find = `(() => {
  let found = document.activeElement
  while (found?.shadowRoot?.activeElement) found = found.shadowRoot.activeElement
  const name = found?.name || found?.getAttribute('aria-label') || (found === document.body ? '' : found?.innerText)
  return (found?.tagName.toLowerCase() + ' ' + name).trim()
})()`
