import type { Link } from './links.ts'
import type { Twee } from './twee.ts'

/**
 * What the links of a passage mean. `yoto`: as Yoto's own converter reads them (yoto-protocol §4.4): the first is the
 * left button, the second the right one, the third where it goes on by itself. `plain`: one leads on, two are left and
 * right, more are a choice of them.
 */
export const conventions = ['yoto', 'plain'] as const
export type Convention = (typeof conventions)[number]

// What Yoto's converter reads in StoryInit.
const ofYoto = ['cover', 'resumeTimeout', 'defaultVoiceId', 'auto', 'lhbTemplate', 'rhbTemplate']

/** Which of them somebody had in mind, by what stands in the story; `links`: of every passage, by name. */
export function conventionOf(
  { variables }: Pick<Twee, 'variables'>,
  links: ReadonlyMap<string, readonly Pick<Link, 'target'>[]>,
): Convention {
  if (ofYoto.some((name) => variables.has(name))) return 'yoto'
  for (const [name, all] of links) {
    if (all.some(({ target }) => target === '')) return 'yoto'
    // A question that is asked again until somebody answers.
    if (all.length === 3 && all[2]?.target === name) return 'yoto'
  }
  return 'plain'
}
