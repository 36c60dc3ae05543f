import type { Static } from 'typebox'
import { durationMs } from '../../language/duration.ts'
import { entryOf, type MapNode } from '../../language/node.ts'
import type { StoryReading } from './reading.ts'
import type { defaultsSchema } from './schema.ts'
import { type Defaults, isLed, timesIn, wayIn } from './silence.ts'
import { wayTo } from './ways.ts'

/** Children take their time, and some hear a question only the second time. */
const usual = { wait: '10s', ask_again: 1 }

/** What is said for every question of a story. */
export function readDefaults(
  root: MapNode,
  written: Static<typeof defaultsSchema> = {},
  reading: StoryReading,
): Defaults {
  const { silence, hear_out } = written
  const node = entryOf(entryOf(root, 'defaults'), 'silence')
  isLed(silence, node, reading)
  const way = wayIn(silence)
  return {
    ...timesIn(silence, { waitMs: durationMs(usual.wait), askAgain: usual.ask_again }),
    hearOut: hear_out ?? false,
    silence: way === null ? undefined : wayTo(way, node, reading),
    silenceAt: node,
  }
}
