import { didYouMean } from '../../language/names.ts'
import type { CardIn, StagePlayer } from '../dry/house.ts'
import type { RuleTest } from '../dry/rule-test.ts'
import { streamsIn } from './names.ts'
import type { RuleFile } from './rule-file.ts'
import type { Named, NamedKind } from './test-naming.ts'
import type { ReadPlayer } from './test-players.ts'
import type { ReadTest } from './tests.ts'

type Known = Readonly<Record<NamedKind, ReadonlySet<string>>>

/** Reports every rule, stream and playlist that a test speaks of and no file has. */
export function checkTestNames(files: readonly RuleFile[]): void {
  if (!files.some(hasTests)) return
  const known = knownIn(files)
  const isMissing = (named: Named) => !known[named.kind].has(named.name) && !isUnread(named, files, known)
  for (const { report, tests } of files)
    for (const { test, naming } of tests) {
      for (const named of naming.all.filter(isMissing)) {
        const near = didYouMean(named.name, known[named.kind])
        const question = near === null ? '' : ` - did you mean "${near}"?`
        const message = `there is no ${named.kind} "${named.name.slice(0, 60)}"${question}`
        report.add(named.node, 'error', 'test/unknown-name', message)
      }
      if (naming.unnamedStream === null || streamOf(test, known) !== null) continue
      const message = `which stream is meant by \`${report.textAt(naming.unnamedStream)}\`? Name it with \`stream:\` in the test`
      report.add(naming.unnamedStream, 'error', 'key/missing', message)
    }
}

/** The tests of these files, each with the stream and the cards that are meant. */
export function testsIn(sound: readonly RuleFile[], all: readonly RuleFile[]): RuleTest[] {
  if (!sound.some(hasTests)) return []
  const known = knownIn(all)
  return sound.flatMap(({ tests }) => tests.map((read) => whole(read, streamOf(read.test, known))))
}

function hasTests({ tests }: RuleFile): boolean {
  return tests.length > 0
}

function whole({ test, players }: ReadTest, stream: string | null): RuleTest {
  const named = [...players].map(([id, player]): [string, StagePlayer] => [
    id,
    { patch: player.patch, card: cardOf(player, stream) },
  ])
  return { ...test, stream, players: new Map(named) }
}

function cardOf({ card }: ReadPlayer, stream: string | null): CardIn {
  if (card !== 'of the test') return card
  return stream === null ? null : { stream }
}

/** The stream that the test names, or the only one there is. */
function streamOf({ stream }: Pick<RuleTest, 'stream'>, known: Known): string | null {
  if (stream !== null) return stream
  const [only, another] = known.stream
  return another === undefined ? (only ?? null) : null
}

function knownIn(files: readonly RuleFile[]): Known {
  const stories = files.flatMap((file) => file.stories.map(({ story }) => story))
  return {
    rule: new Set(files.flatMap(({ rules }) => rules.map(({ rule }) => rule.id))),
    stream: new Set(
      files.flatMap((file) => [
        ...file.schedules.map(({ schedule }) => schedule.stream),
        ...streamsIn(file.section('rules')).map(({ text }) => text),
      ]),
    ),
    playlist: new Set(files.flatMap(({ playlists }) => [...playlists.keys()])),
    story: new Set(stories.map(({ id }) => id)),
    scene: new Set(stories.flatMap(({ id, scenes }) => [...scenes.keys()].map((scene) => `${id}/${scene}`))),
  }
}

const sections = { rule: 'rules', playlist: 'playlists', story: 'stories' } as const

/** What stands in a file that cannot be read is not missing. */
function isUnread({ kind, name }: Named, files: readonly RuleFile[], known: Known): boolean {
  if (kind === 'stream') return files.some(({ root, form }) => root === null && form.length > 0)
  // Of the scenes of a story that there is not it was said.
  if (kind === 'scene') return !known.story.has(name.split('/')[0] ?? '')
  const isLeftOut = kind === 'story' && files.some((file) => file.section('stories')?.entries.has(name))
  return isLeftOut || files.some((file) => file.hasUnread(sections[kind], name))
}
