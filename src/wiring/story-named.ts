import { AppError } from '../core/error.ts'
import type { Story } from '../core/story.ts'
import { didYouMean } from '../language/names.ts'
import { list, quote } from '../language/wording.ts'
import type { Checked } from './check-command.ts'
import { leftOut } from './left-out.ts'

/** What a command takes that is about one story. */
export const oneStory = { most: 1, what: 'the name of one story' }

/**
 * The story of that name; without a name the only one there is.
 * @throws AppError `not_found` where there is none, with what was probably meant, and `invalid` where it has to be named.
 */
export function storyNamed(
  name: string | undefined,
  checked: Pick<Checked, 'stories' | 'problems' | 'findings'>,
): Story {
  const stories = checked.stories.map(({ story }) => story)
  const names = stories.map(({ id }) => id)
  const [only] = stories
  if (only === undefined && name === undefined)
    throw new AppError('not_found', `the rule files hold no stories${hintOf(checked)}`)
  if (name === undefined) {
    if (only !== undefined && stories.length === 1) return only
    throw new AppError('invalid', `say which story: ${names.join(', ')}`)
  }
  const story = stories.find(({ id }) => id === name.normalize('NFC'))
  if (story !== undefined) return story
  const near = didYouMean(name, names)
  const question = near === null ? '' : ` - did you mean "${near}"?`
  const known = names.length === 0 ? '' : `${near === null ? '; ' : ' '}known: ${list(names)}`
  throw new AppError('not_found', `there is no story ${quote(name)}${question}${known}${hintOf(checked)}`)
}

function hintOf(checked: Pick<Checked, 'problems' | 'findings'>): string {
  const files = leftOut(checked)
  return files.length === 0 ? '' : ` (${files.join(', ')} left out for errors, see the command check)`
}
