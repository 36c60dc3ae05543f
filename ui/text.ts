import type { TextKey } from './text-keys.ts'

/** Texts, or groups of texts, as a translation file holds them. */
export interface TextTree {
  readonly [key: string]: string | TextTree
}

/** What stands in a text's `{name}`. */
export type TextValues = Readonly<Record<string, string | number>>

/** Says something in the reader's language. */
export interface Say {
  (key: TextKey, values?: TextValues): string
  /** BCP 47 with the reader's region where it is known, for numbers and times. */
  readonly locale: string
}

export const languages = ['en', 'de', 'fr', 'es'] as const
export type Language = (typeof languages)[number]

/** The texts of a tree by their full keys: `{player: {play}}` becomes `player.play`. */
export function flatten(tree: TextTree, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]) =>
      typeof value === 'string' ? [[prefix + key, value] as const] : [...flatten(value, `${prefix}${key}.`)],
    ),
  )
}

export function sayIn(locale: string, tree: TextTree): Say {
  const texts = flatten(tree)
  const say = (key: TextKey, values: TextValues = {}) =>
    (texts.get(key) ?? key).replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
  return Object.assign(say, { locale })
}

/** The first of the wished languages that there is, region or not; English where there is none. */
export function pickLanguage(wishes: readonly (string | null | undefined)[]): Language {
  for (const wish of wishes) {
    const [base] = (wish ?? '').toLowerCase().split(/[-_]/)
    const found = languages.find((language) => language === base)
    if (found !== undefined) return found
    // A reader of a language we do not have reads English rather than the language of the browser's maker.
    if (wish) return 'en'
  }
  return 'en'
}
