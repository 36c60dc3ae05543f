import { AppError } from '../../core/error.ts'
import type { MeantFor } from '../../core/queue-tag.ts'

const tags = /(W\/)?"([^"]*)"/g

/**
 * The states that a change is meant for, by the header If-Match: a list of tags, or `*`. Undefined where it was not sent.
 * @throws AppError `invalid` where it is neither, or empty.
 */
export function meantFor(ifMatch: string | null): MeantFor | undefined {
  if (ifMatch === null) return undefined
  if (ifMatch.trim() === '*') return 'any'
  const found = [...ifMatch.matchAll(tags)]
  if (found.length === 0 || /[^\s,]/.test(ifMatch.replaceAll(tags, '')))
    throw new AppError('invalid', 'If-Match takes tags in quotes, as the header ETag has them, or *')
  // RFC 9110, 13.1.1: tags are compared strongly, and a weak one is never the same.
  return found.flatMap(([, weak, tag]) => (weak === undefined && tag !== undefined ? [tag] : []))
}

/** The condition of a wish, as a part of it. */
export function meant(request: { header(name: string): string | null }): { meantFor?: MeantFor } {
  const condition = meantFor(request.header('if-match'))
  return condition === undefined ? {} : { meantFor: condition }
}
