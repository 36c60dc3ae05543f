import { type Language, pickLanguage, type Say, sayIn, type TextTree } from './text.ts'
import { wishedLanguages } from './theme.ts'

/** Each is a file of its own: a reader fetches one language, not all. */
const catalogs = {
  en: () => import('../translations/en.yaml'),
  de: () => import('../translations/de.yaml'),
  fr: () => import('../translations/fr.yaml'),
  es: () => import('../translations/es.yaml'),
} as const satisfies Record<Language, () => Promise<{ panel: TextTree }>>

/** The language of this page's reader; the page begins when its words are here. */
export const readersSay: Say = await sayOfReader()

async function sayOfReader(): Promise<Say> {
  const language = pickLanguage(wishedLanguages())
  const { panel } = await catalogs[language]()
  const region = navigator.languages.find((wish) => wish.startsWith(`${language}-`))
  document.documentElement.lang = language
  return sayIn(region ?? language, panel)
}
