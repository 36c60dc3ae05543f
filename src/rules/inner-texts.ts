import { isJsonObject } from '../core/json.ts'

/** The path of what stands below an option, as its filled-in texts are called: `data/message`. */
export function innerPath(path: string, key: string | number): string {
  return `${path}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`
}

const soleHole = /^\$\{[^{}]*\}$/
const plainNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/

/**
 * An option with the texts in it as they read now: `options` has them beside the options themselves, by their path. What
 * was written as nothing but one `${ }` stays a number, or true or false, where it is one.
 */
export function withInnerTexts(options: object, path: string, value: unknown): unknown {
  if (Array.isArray(value))
    return value.map((item, index) => withInnerTexts(options, innerPath(path, index), item))
  if (isJsonObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, withInnerTexts(options, innerPath(path, key), item)]),
    )
  const filled = isJsonObject(options) && Object.hasOwn(options, path) ? options[path] : undefined
  if (typeof filled !== 'string') return value
  return typeof value === 'string' && soleHole.test(value.trim()) ? plain(filled) : filled
}

function plain(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  return plainNumber.test(text) ? Number(text) : text
}
