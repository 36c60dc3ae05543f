import { streamNamePattern } from '../../core/queue.ts'
import { playlistSchema } from '../read/playlists.ts'
import { ruleSchema } from '../read/rules.ts'
import { scheduleSchema, slotSchema } from '../read/schedules.ts'
import type { Registry } from '../registry.ts'
import { itemDefinitions, ref } from './items.ts'
import { described, editorSchemaOf, type JsonSchema } from './json-schema.ts'

/** The JSON Schema of a rule file, for the completion and the checks of editors. */
export type EditorSchema = JsonSchema

/** Where it lies below the config folder, as the first line of a rule file names it. */
export const editorSchemaFile = '.schema/smart-stream.schema.json'

/** The parts a file may have. A new one is a line here. */
const sections: Readonly<Record<string, JsonSchema>> = {
  playlists: mapOf(playlist(), 'Lists of files by name: `lullabies: [music/one.mp3, music/two.mp3]`.'),
  schedules: mapOf(schedule(), 'What each stream holds, by the clock.', streamNamePattern.source),
  rules: mapOf(rule(), 'When something happens, if something holds, do something.'),
}

/** Made from the very schemas that check rule files, with all kinds of the registry. */
export function editorSchema(registry: Registry): EditorSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    description: 'Rules of Yoto Smart Stream',
    type: 'object',
    properties: sections,
    additionalProperties: false,
    definitions: itemDefinitions(registry),
  }
}

/** A section: names, and what stands behind each. It may be empty. */
function mapOf(entry: JsonSchema, words: string, names?: string): JsonSchema {
  return described(
    {
      type: ['object', 'null'],
      additionalProperties: entry,
      ...(names === undefined
        ? {}
        : {
            propertyNames: {
              pattern: names,
              patternErrorMessage: 'Expected a name of letters, digits, dots, dashes and underscores',
            },
          }),
    },
    words,
  )
}

function playlist(): JsonSchema {
  return withWords(titled('playlist', editorSchemaOf(playlistSchema)), {
    files: 'Files and names of other playlists, in order.',
    folder: 'A folder of the library; its files follow, in natural order.',
    split: '`true` plays what is very long in parts.',
  })
}

function schedule(): JsonSchema {
  const words = withWords(titled('schedule', editorSchemaOf(scheduleSchema)), {
    default: 'The playlist outside all slots.',
    slots: 'The first that fits holds.',
    change: 'How a slot comes: when the track has ended, when the queue has, or at once.',
    resume: '`false`: each slot begins anew, not where it was left.',
  })
  return withProperties(words, {
    slots: {
      type: ['object', 'null'],
      additionalProperties: withWords(titled('slot', editorSchemaOf(slotSchema)), {
        from: 'When it begins: `"06:30"`; midnight where it is left out.',
        to: 'When it ends; before `from` it is the next day: `"06:30"`.',
        days: 'The days it begins on: `weekdays`, `[sat, sun]`.',
        play: 'A playlist, or `none`: the stream is closed.',
        change: 'How this slot comes: when the track has ended, when the queue has, or at once.',
        resume: '`false`: this slot begins anew, not where it was left.',
        volume_limit: 'While it holds, players of the stream are not louder: 0 to 16.',
        if_pressed: 'With `play: none`: the file that is heard by whoever presses all the same.',
      }),
    },
  })
}

function rule(): JsonSchema {
  const written = withWords(titled('rule', editorSchemaOf(ruleSchema)), {
    name: 'What the rule is called where people see it.',
    enabled: '`false` switches the rule off.',
    player: 'The player the rule is about: it hears only what happens there.',
    stream: 'The stream the rule is about: it hears only what happens there, and changes this one.',
    when: 'What starts the rule; any of these.',
    if: 'What must hold then: an expression, or a list of conditions.',
    do: 'What is done, in order.',
  })
  const filled = withProperties(written, {
    when: { type: ['array', 'null'], items: ref('trigger') },
    if: ref('conditions'),
    do: { type: ['array', 'null'], items: ref('action') },
  })
  return { ...filled, required: ['when', 'do'] }
}

/** What messages call it. */
function titled(title: string, schema: JsonSchema): JsonSchema {
  return { title, ...schema }
}

function withWords(schema: JsonSchema, words: Readonly<Record<string, string>>): JsonSchema {
  const known = Object.entries(words).map(([name, text]) => [name, described({}, text)])
  return withProperties(schema, Object.fromEntries(known))
}

/** Adds to properties that are there, wherever in the schema they stand. */
function withProperties(schema: JsonSchema, more: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const added = Object.entries(schema).map(([keyword, value]) => {
    if (keyword === 'properties' && isSchema(value)) return [keyword, merged(value, more)]
    if (keyword === 'anyOf' && Array.isArray(value))
      return [keyword, value.map((part) => withProperties(part, more))]
    const isBranch = keyword === 'then' || keyword === 'else'
    return [keyword, isBranch && isSchema(value) ? withProperties(value, more) : value]
  })
  return Object.fromEntries(added)
}

function merged(properties: JsonSchema, more: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const parts = Object.entries(properties)
  return Object.fromEntries(
    parts.map(([name, part]) => [name, { ...(isSchema(part) ? part : {}), ...more[name] }]),
  )
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null
}
