import { isDark, rgbOf } from './colour.ts'

// Ours, and whose place Home Assistant's takes inside its frame.
const tokens: Readonly<Record<string, string>> = {
  '--page': '--primary-background-color',
  '--surface': '--card-background-color',
  '--sunken': '--secondary-background-color',
  '--line': '--divider-color',
  '--text': '--primary-text-color',
  '--muted': '--secondary-text-color',
  '--accent': '--primary-color',
  '--bad': '--error-color',
  '--radius': '--ha-card-border-radius',
}

/** Keeps the page in the colours of the frame around it, or else in those the reader's system wishes for. */
export function followTheme(): void {
  const prefersDark = matchMedia('(prefers-color-scheme: dark)')
  const apply = () => {
    const own = document.documentElement
    const dark = takeParentColours(own) ?? prefersDark.matches
    own.dataset.scheme = dark ? 'dark' : 'light'
  }
  apply()
  prefersDark.addEventListener('change', apply)
  const parent = parentRoot()
  if (parent !== null) new MutationObserver(apply).observe(parent, { attributeFilter: ['style', 'class'] })
}

/** The languages the reader may want, most wished first: Home Assistant's own setting, then the browser's. */
export function wishedLanguages(): (string | null)[] {
  return [parentRoot()?.lang ?? null, storedLanguage(), navigator.language]
}

/** The page around this one; null where there is none or it is another origin's. */
function parentRoot(): HTMLElement | null {
  try {
    return window.parent === window ? null : window.parent.document.documentElement
  } catch {
    return null
  }
}

/** Whether the frame's background is dark; null where it gives none, and then no colour is taken. */
function takeParentColours(own: HTMLElement): boolean | null {
  const root = parentRoot()
  if (root === null) return null
  const theirs = window.parent.getComputedStyle(root)
  const background = rgbOf(theirs.getPropertyValue('--primary-background-color'))
  if (background === null) return null
  for (const [token, source] of Object.entries(tokens)) {
    const value = theirs.getPropertyValue(source).trim()
    if (value === '') own.style.removeProperty(token)
    else own.style.setProperty(token, value)
  }
  const accent = rgbOf(theirs.getPropertyValue('--primary-color'))
  if (accent !== null) own.style.setProperty('--on-accent', isDark(accent) ? '#ffffff' : '#000000')
  return isDark(background)
}

/** Home Assistant keeps the language somebody chose there as JSON text, under an origin we share with it. */
function storedLanguage(): string | null {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem('selectedLanguage') ?? 'null')
    return typeof stored === 'string' ? stored : null
  } catch {
    return null
  }
}
