import type { LengthOf, PlayingTime } from '../../core/playing-time.ts'
import type { Story } from '../../core/story.ts'
import type { MapNode, Node } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import { checkStory, type StoryAdvice } from '../check/check.ts'
import { explored } from '../check/explored.ts'
import { playingTimeOf } from '../check/playing-time.ts'
import { type CompiledStory, compiled, inHouse } from '../compiled.ts'
import { type DeclaredHouse, noHouse } from '../house.ts'
import { type TrialFailure, tried } from '../trial.ts'
import type { NamedFile } from './places.ts'
import { readStory } from './story.ts'

/** A story of a file, with all that there is to say of it. */
export interface FiledStory {
  readonly story: Story
  /** Its name in the file. */
  readonly node: Node
  /** Every audio file that it names, at each of its places. */
  readonly files: readonly NamedFile[]
  /** The expressions that ask for entities of Home Assistant. */
  readonly entities: readonly Node[]
  /** What is merely worth knowing. */
  readonly advice: readonly StoryAdvice[]
  /** The folder of the library that its files are in; '' where it names none. */
  readonly folder: string
  /** How long it plays. */
  readonly playingTime: (lengthOf: LengthOf) => Promise<PlayingTime>
  readonly tests: readonly { readonly id: string; readonly run: () => readonly TrialFailure[] }[]
}

interface SectionReading {
  readonly report: Report
  /** Gets what is wrong with tests; without it the other does. */
  readonly testReport?: Report
  /** Asked for between two parts of the work; resolves when it may go on. */
  readonly breathe: () => Promise<void>
  /** What stories may ask; without it they know their own vars alone. */
  readonly house?: DeclaredHouse
  /** Whether all of it was checked before. */
  readonly isChecked: boolean
}

/**
 * Reads the map `stories:` of a file and searches each story through; wrong ones are reported and left out. A story that
 * cannot be read is not searched: what would be found only follows from that.
 */
export async function readStories(
  node: MapNode,
  { report, testReport = report, breathe, isChecked, house = noHouse }: SectionReading,
): Promise<readonly FiledStory[]> {
  const stories: FiledStory[] = []
  for (const [id, entry] of node.entries) {
    const read = await readStory(id, entry, { report, testReport, breathe, house, isChecked })
    if (read === undefined) continue
    const advice = isChecked ? [] : await checkStory(read, { report, breathe })
    const { story, key, files, folder, entities } = read
    let ready: CompiledStory | undefined
    const playingTime = async (lengthOf: LengthOf) =>
      playingTimeOf(await explored(inHouse(compiled(story), 'any'), { breathe }), { lengthOf, breathe })
    const tests = read.tests.map((test) => ({
      id: test.id,
      run() {
        ready ??= compiled(story)
        return tried(ready, test)
      },
    }))
    stories.push({ story, node: key, files, folder, entities, advice, playingTime, tests })
  }
  return stories
}
