import { AppError } from '../core/error.ts'
import { randomFrom } from '../core/play-order.ts'
import { compiled } from '../stories/compiled.ts'
import { mostWalks, walks } from '../stories/walks.ts'
import { hasLostWalks, walksAsJson, walksInWords } from '../stories/walks-words.ts'
import { readHousehold } from './check-command.ts'
import type { Command } from './command.ts'
import { seedOf } from './seed.ts'
import { oneStory, storyNamed } from './story-named.ts'

const usualWalks = '1000'
const range = `a number of walks from 1 to ${mostWalks.toLocaleString('en')}`

/** The command `walk`: goes through a story many times with random answers, as nobody has the patience to. */
export const walkCommand: Command = {
  name: 'walk',
  usage: '[story] [--random 1000]',
  words: oneStory,
  flags: { random: range, seed: 'a whole number' },
  about: 'goes through a story many times at random, and says what came of it',
  more: [
    'The name can be left out where there is but one story.',
    '',
    `--random 1000   how many walks, from 1 to ${mostWalks.toLocaleString('en')}`,
    '--seed 1        another number brings other answers; the same one the same',
    '--json          for programs',
    '',
    'A story that asks the house meets another one in each walk.',
    '',
    'Ends with 1 where a walk is stuck, or does not come to an end.',
  ].join('\n'),
  async run({ args, flags, json, ...input }) {
    const asked = countOf(flags.get('random') ?? usualWalks)
    const seed = seedOf(flags.get('seed') ?? '1')
    const story = storyNamed(args[0], await readHousehold(input))
    const summary = walks(compiled(story), { count: asked, random: randomFrom(seed) })
    const about = { story: story.id, asked, seed }
    const answer = json
      ? `${JSON.stringify(walksAsJson(summary, about), null, 2)}\n`
      : walksInWords(summary, about)
    return { answer, failed: hasLostWalks(summary) }
  },
}

function countOf(written: string): number {
  const count = /^\d{1,6}$/.test(written) ? Number(written) : 0
  if (count >= 1 && count <= mostWalks) return count
  throw new AppError(
    'invalid',
    `argument --random: found ${JSON.stringify(written.slice(0, 80))}, expected ${range}`,
  )
}
