import { printable } from '../language/printable.ts'
import { pathInWords, sceneInWords } from './check/words.ts'
import { longestWalk } from './walk.ts'
import type { WalkSummary, WrittenWay } from './walks.ts'

interface Asked {
  readonly story: string
  /** How many walks were asked for. */
  readonly asked: number
  readonly seed: number
}

/** What came of many walks, for people. */
export function walksInWords(summary: WalkSummary, { story, asked, seed }: Asked): string {
  const { walks, scenes, stuck, long, never, apart } = summary
  const lines = [
    `${story}: ${counted(walks, 'walk')} with random answers, by seed ${seed}.`,
    ...(walks < asked
      ? [`It was left at that, for ${counted(asked, 'walk')} would take too long: many scenes, or many vars.`]
      : []),
    ...['', ...endingLines(summary)],
    ...(scenes === null ? [] : ['', lengthInWords(scenes)]),
    ...stuck.map(
      ({ scene, count, path }) =>
        `Stuck in ${sceneInWords(scene)}: ${counted(count, 'walk')}${path.length === 0 ? '' : `, the first by ${pathInWords(path)}`}.`,
    ),
    ...(long === 0
      ? []
      : [`Without an end after ${counted(longestWalk, 'scene')}: ${counted(long, 'walk')}.`]),
    ...(never.scenes.length === 0 ? [] : [`Never came to: ${listed(never.scenes.map(sceneInWords))}.`]),
    ...(never.ways.length === 0 ? [] : [`Never went: ${listed(never.ways.map(wayInWords))}.`]),
    ...(apart.length === 0
      ? []
      : [
          `No way from the start leads to ${listed(apart.map(sceneInWords))}: walks know no bedtime, and nobody starts again.`,
        ]),
  ]
  return `${lines.map(printable).join('\n')}\n`
}

/** The same for programs. */
export function walksAsJson(summary: WalkSummary, { story, asked, seed }: Asked) {
  const { walks, endings, scenes, stuck, long, never, apart } = summary
  return {
    story,
    seed,
    asked,
    walks,
    endings: endings.map(({ name, count }) => ({ name, count, share: share(count, walks) })),
    scenes,
    stuck,
    long,
    never: { scenes: never.scenes, ways: never.ways },
    apart,
  }
}

/** Whether a walk did not come to an ending. */
export function hasLostWalks({ stuck, long }: WalkSummary): boolean {
  return stuck.length > 0 || long > 0
}

function endingLines({ endings, walks }: WalkSummary): readonly string[] {
  if (endings.length === 0) return ['The story has no ending.']
  const widest = Math.max(...endings.map(({ name }) => name.length))
  const numbers = endings.map(({ count }) => count.toLocaleString('en'))
  const digits = Math.max(...numbers.map((number) => number.length))
  return endings.map(({ name, count }, at) => {
    const percent = `${(100 * share(count, walks)).toFixed(1)} %`
    return `  ${name.padEnd(widest)}  ${numbers[at]?.padStart(digits)}  ${percent.padStart(7)}`
  })
}

function lengthInWords({ shortest, longest }: NonNullable<WalkSummary['scenes']>): string {
  const length =
    shortest === longest ? counted(shortest, 'scene') : `${shortest} to ${counted(longest, 'scene')}`
  return `An ending came after ${length}.`
}

function wayInWords({ from, cause, to }: WrittenWay): string {
  const by = cause.kind === 'go' || 'index' in cause ? '' : ` ${cause.kind}`
  return `${sceneInWords(from)}${by} → ${sceneInWords(to)}`
}

function share(count: number, all: number): number {
  return all === 0 ? 0 : count / all
}

// More would be a page that nobody reads; programs get all of them.
const longestList = 50

function listed(words: readonly string[]): string {
  const more = words.length - longestList
  const shown = words.slice(0, longestList).join(', ')
  return more > 0 ? `${shown} and ${more.toLocaleString('en')} more` : shown
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`
}
