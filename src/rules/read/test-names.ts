import { didYouMean } from '../../language/names.ts'
import type { Node } from '../../language/node.ts'
import { list } from '../../language/wording.ts'
import type { CardIn, StagePlayer } from '../dry/house.ts'
import type { RuleTest } from '../dry/rule-test.ts'
import type { Rule } from '../rule-set.ts'
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
  for (const file of files)
    for (const read of file.tests) {
      for (const named of missingIn(read, files, known)) {
        const near = didYouMean(named.name, known[named.kind])
        const question = near === null ? '' : ` - did you mean "${near}"?`
        const message = `there is no ${named.kind} "${named.name.slice(0, 60)}"${question}`
        file.testReport.add(named.node, 'error', 'test/unknown-name', message)
      }
      const place = unclearStream(read, file, files)
      if (place === null) continue
      const message = `which stream is meant by \`${file.report.textAt(place)}\`? Name it with \`stream:\` in the test`
      const streams = [...known.stream].slice(0, mostListed)
      const help = streams.length === 0 ? undefined : `the files have ${list(streams)}`
      file.testReport.add(place, 'error', 'key/missing', message, help)
    }
}

const mostListed = 8

/** The tests of these files that can be tried, each with the stream and the cards that are meant. */
export function testsIn(sound: readonly RuleFile[], all: readonly RuleFile[]): RuleTest[] {
  if (!sound.some(hasTests)) return []
  const known = knownIn(all)
  return sound.flatMap((file) =>
    file.tests.flatMap((read) =>
      missingIn(read, all, known).length > 0 || unclearStream(read, file, all) !== null
        ? []
        : [whole(read, streamOf(read, file, all))],
    ),
  )
}

function missingIn({ naming }: ReadTest, files: readonly RuleFile[], known: Known): readonly Named[] {
  return naming.all.filter((named) => !known[named.kind].has(named.name) && !isUnread(named, files, known))
}

/** Where the test speaks of a stream of which it is not known which one it is; null where it is. */
function unclearStream(read: ReadTest, file: RuleFile, all: readonly RuleFile[]): Node | null {
  return streamOf(read, file, all) === null ? read.naming.unnamedStream : null
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

/**
 * The stream that the test is about: the one that it names, that of the rules it speaks of, the one whose card is in its
 * players, or the only one of its file or of all files.
 */
function streamOf({ test, naming }: ReadTest, file: RuleFile, all: readonly RuleFile[]): string | null {
  if (test.stream !== null) return test.stream
  const named = (kind: NamedKind) => naming.all.filter((one) => one.kind === kind).map(({ name }) => name)
  const rules = new Set(named('rule'))
  const meant = [
    () =>
      all.flatMap((other) =>
        other.rules.flatMap(({ rule }) => (rules.has(rule.id) ? aboutIn(rule, other) : [])),
      ),
    () => named('stream'),
    () => streamsOf(file),
    () => all.flatMap(streamsOf),
  ]
  for (const streams of meant) {
    const [only, another] = new Set(streams())
    if (only !== undefined && another === undefined) return only
  }
  return null
}

/** What a rule is about: its own stream, or what it names of streams elsewhere. */
function aboutIn({ id, stream }: Rule, file: RuleFile): readonly string[] {
  if (stream !== null) return [stream]
  return streamsIn(file.section('rules')?.entries.get(id)?.value ?? null).map(({ text }) => text)
}

function streamsOf(file: RuleFile): readonly string[] {
  return [
    ...file.schedules.map(({ schedule }) => schedule.stream),
    ...streamsIn(file.section('rules')).map(({ text }) => text),
  ]
}

function knownIn(files: readonly RuleFile[]): Known {
  const stories = files.flatMap((file) => file.stories.map(({ story }) => story))
  return {
    rule: new Set(files.flatMap(({ rules }) => rules.map(({ rule }) => rule.id))),
    stream: new Set(files.flatMap(streamsOf)),
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
