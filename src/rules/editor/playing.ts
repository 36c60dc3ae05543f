import { streamNamePattern } from '../../core/queue.ts'
import { answerSchema, mostAnswers } from '../read/answers.ts'
import { pickSchema } from '../read/picks.ts'
import { playlistSchema } from '../read/playlists.ts'
import { scheduleSchema, slotSchema } from '../read/schedules.ts'
import { sunEvents } from '../sun.ts'
import { ref } from './control.ts'
import { mapOf, titled, withProperties, withWords } from './described.ts'
import { editorSchemaOf, type JsonSchema, snippet } from './json-schema.ts'

/** The sections about what streams play. */
export function playingSections(): Readonly<Record<string, JsonSchema>> {
  return {
    playlists: mapOf(playlist(), 'Lists of files by name: `lullabies: [music/one.mp3, music/two.mp3]`.'),
    schedules: mapOf(schedule(), 'What each stream holds, by the clock.', {
      pattern: streamNamePattern.source,
      expected: 'a name of letters, digits, dots, dashes and underscores',
    }),
  }
}

function playlist(): JsonSchema {
  const words = withWords(titled('playlist', editorSchemaOf(playlistSchema)), {
    files: 'Files and names of other playlists, in order.',
    folder: 'A folder of the library; its files follow, in natural order.',
    split: '`true` plays what is very long in parts.',
    shuffle: '`true` mixes it; the order stays the same for a day.',
    newest: 'So many of the folder, those that were changed last first.',
    pick: 'What is taken from all of the library, by what is known of each file.',
  })
  return withProperties(words, { pick: pick() })
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
    default: 'The playlist outside all slots.',
    slots: 'The first that fits holds.',
    change: 'How a slot comes: when the track has ended, when the queue has, or at once.',
    resume: '`false`: each slot begins anew, not where it was left.',
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
    resume: '`false`: this slot begins anew, not where it was left.',
    volume_limit: 'While it holds, players of the stream are not louder: 0 to 16.',
    if_pressed: 'With `play: none`: the file that is heard by whoever presses all the same.',
  })
  const sun = { defaultSnippets: sunEvents.map(snippet) }
  return withProperties(words, { from: sun, to: sun })
}
