import { AppError } from './error.ts'

/** What a queue was before somebody put something else there for a while. */
export interface KeptQueue<Past> {
  /** Who can bring it back: a rule's id, `mqtt`, `rest`. */
  readonly owner: string
  /** Nobody has replaced the queue since the owner did. */
  readonly stands: boolean
  readonly past: Past
}

interface Keeping<Past> {
  readonly name: string
  readonly kept: readonly KeptQueue<Past>[]
}

// All of them are written with each change of the queue. Who kept longest ago is forgotten first.
const mostKept = 8

/**
 * What is kept once the queue is replaced: with an owner also what it is now, in place of what that one kept before;
 * without one it is replaced for good, and nothing is. Who replaces their own once more keeps what was there before the
 * first.
 */
export function keptBehind<Past>(
  kept: readonly KeptQueue<Past>[],
  now: { readonly owner: string | undefined; readonly past: Past },
): readonly KeptQueue<Past>[] {
  const { owner, past } = now
  // What somebody means to bring back later is not to come over what is there for good, at bedtime for one.
  if (owner === undefined) return []
  const own = kept.find((one) => one.owner === owner)
  if (own?.stands === true) return kept
  const others = kept.filter((one) => one !== own).map((one) => ({ ...one, stands: false }))
  return [...others, { owner, stands: true, past }].slice(-mostKept)
}

/**
 * What the owner kept, and what is kept besides.
 * @throws AppError `not_found` when they kept nothing.
 */
export function broughtBack<Past>(
  { name, kept }: Keeping<Past>,
  owner: string,
): { past: Past; kept: readonly KeptQueue<Past>[] } {
  const own = kept.find((one) => one.owner === owner)
  if (own === undefined)
    throw new AppError(
      'not_found',
      `stream "${name}" has nothing to restore: ${wordsOf(owner)} kept no earlier queue, or it was brought back already, or something else was put there for good`,
    )
  const others = kept.filter((one) => one !== own)
  return { past: own.past, kept: others.map((one) => ({ ...one, stands: false })) }
}

function wordsOf(owner: string): string {
  return owner.startsWith('rule ') ? `rule "${owner.slice('rule '.length)}"` : owner.toUpperCase()
}
