import { streamNamePattern } from '../../core/queue.ts'
import { mapOf, titled, withProperties, withWords } from '../../language/editor/described.ts'
import {
  byShape,
  described,
  editorSchemaOf,
  type JsonSchema,
  snippet,
} from '../../language/editor/json-schema.ts'
import { viewOf } from '../../language/expected.ts'
import { answerSchema, mostAnswers } from '../read/answers.ts'
import { pickSchema } from '../read/picks.ts'
import { playlistSchema } from '../read/playlists.ts'
import { scheduleSchema, slotSchema } from '../read/schedules.ts'
import type { Registry } from '../registry.ts'
import { sunEvents } from '../sun.ts'
import { ref } from './control.ts'
import { optionsOf } from './items.ts'

/** The sections about what streams play. */
export function playingSections(registry: Registry): Readonly<Record<string, JsonSchema>> {
  return {
    playlists: mapOf(
      playlist(registry),
      'Lists of files by name: `lullabies: [music/one.mp3, music/two.mp3]`.',
    ),
    schedules: mapOf(schedule(), 'What each stream holds, by the clock.', {
      pattern: streamNamePattern.source,
      expected: 'a name of letters, digits, dots, dashes and underscores',
    }),
  }
}

function playlist({ playlistSources }: Registry): JsonSchema {
  const words = withWords(titled('playlist', editorSchemaOf(playlistSchema)), {
    files: 'Files and names of other playlists, in order.',
    folder: 'A folder of the library; its files follow, in natural order.',
    split: '`true` plays what is very long in parts.',
    shuffle: '`true` mixes it; the order stays the same for a day.',
    newest: 'So many of the folder, those that were changed last first.',
    pick: 'What is taken from all of the library, by what is known of each file.',
    from: 'What a playlist source of a plug-in lists: its name, and its options.',
  })
  return withProperties(words, { pick: pick(), from: from(playlistSources) })
}

/** One source with its options; its name alone, where it needs none. */
function from(sources: Registry['playlistSources']): JsonSchema {
  const named = [...sources].map(([name, source]) => [
    name,
    described(optionsOf(source), source.describe ?? `What ${name} lists.`),
  ])
  const alone = [...sources].flatMap(([name, { options }]) =>
    (viewOf(options).required ?? []).length === 0 ? [name] : [],
  )
  const object = {
    type: 'object',
    properties: Object.fromEntries(named),
    additionalProperties: false,
    ...{ minProperties: 1, maxProperties: 1 },
  }
  return alone.length === 0 ? object : byShape({ object, scalar: { enum: alone } })
}

function pick(): JsonSchema {
  return withWords(titled('pick', editorSchemaOf(pickSchema)), {
    all: 'All of these must hold: `[{folder: stories}, {shorter_than: 7m}, {not_played_in: 3d}]`.',
    any: 'One of these must hold.',
    none: 'None of these may hold.',
    sort: 'In which order: by file name where it is left out; `random` stays the same for a day.',
    limit: 'At most so many.',
    newest: 'Of those that fit, only so many that were changed last.',
  })
}

function schedule(): JsonSchema {
  const words = withWords(titled('schedule', editorSchemaOf(scheduleSchema)), {
    enabled: '`false` switches the schedule off.',
    default: 'The playlist outside all slots.',
    slots: 'The first that fits holds.',
    change: 'How a slot comes: when the track has ended, when the queue has, or at once.',
    resume: '`false`: each slot starts over, not where it was left.',
    answers: 'Other streams that are heard in place of this one; the first that holds is taken.',
  })
  return withProperties(words, {
    slots: { type: ['object', 'null'], additionalProperties: slot() },
    answers: { type: 'array', items: answer(), maxItems: mostAnswers },
  })
}

function answer(): JsonSchema {
  const words = withWords(titled('answer', editorSchemaOf(answerSchema)), {
    stream: 'The stream that is heard instead.',
    player: 'Only where this player asks.',
    if: 'What must hold then: an expression, or a list of conditions.',
  })
  return withProperties(words, { if: ref('conditions') })
}

function slot(): JsonSchema {
  const words = withWords(titled('slot', editorSchemaOf(slotSchema)), {
    from: 'When it begins: `"06:30"`, `sunset-30m`; midnight where it is left out.',
    to: 'When it ends; before `from` it is the next day: `"06:30"`, `sunrise`.',
    days: 'The days it begins on: `weekdays`, `[sat, sun]`, `holidays`, a day set of your own.',
    play: 'A playlist, or `none`: the stream is closed.',
    change: 'How this slot comes: when the track has ended, when the queue has, or at once.',
    resume: '`false`: this slot starts over, not where it was left.',
    volume_limit: 'While it holds, players of the stream are not louder: 0 to 16.',
    if_pressed: 'With `play: none`: the file that is heard by whoever presses all the same.',
  })
  const sun = { defaultSnippets: sunEvents.map(snippet) }
  return withProperties(words, { from: sun, to: sun })
}
