import { wordOfExpressions } from '../language/declaration.ts'
import {
  mapOf,
  namedEntries,
  propertiesIn,
  titled,
  withProperties,
  withWords,
} from '../language/editor/described.ts'
import { editorSchemaOf, type JsonSchema } from '../language/editor/json-schema.ts'
import { variable } from '../language/editor/variable.ts'
import { sceneNames } from './read/names.ts'
import { defaultsSchema, sceneSchema, storySchema, storyTestSchema } from './read/schema.ts'

const varNames = {
  pattern: wordOfExpressions.source,
  expected: 'a name of letters, digits and underscores, beginning with a letter',
}

/** The section `stories` of the schema for editors. */
export function storySections(): Readonly<Record<string, JsonSchema>> {
  return {
    stories: mapOf(story(), 'Stories that branch, by name: scenes, and what leads from one to another.'),
  }
}

function story(): JsonSchema {
  const words = withWords(titled('story', editorSchemaOf(storySchema)), {
    title: 'What the story is called where people see it.',
    run: 'Whether the player plays it by itself (`card`), it is told from here as it goes (`live`), or what fits (`auto`).',
    card: 'The id of the card that it is on.',
    audio: 'The folder of the library with its audio files.',
    start: 'The scene that it begins with; the first one where nothing is said.',
    ...kept,
    vars: 'What it remembers: `brave: false`, `gold: {start: 0, max: 3}`.',
    defaults: 'What holds for every scene that does not say otherwise.',
    scenes: 'The scenes, by name.',
    tests: 'What is pressed, and where that is to lead.',
  })
  return withProperties(words, {
    vars: { ...namedEntries(variable(), varNames), type: ['object', 'null'] },
    defaults: defaults(),
    scenes: namedEntries(scene(), sceneNames),
    tests: { ...namedEntries(test()), type: ['object', 'null'] },
  })
}

const kept = {
  home: 'The scene that "start again" leads to; the first one where nothing is said.',
  bedtime: 'The scene that is played in place of the next question once it is bedtime.',
  resume: 'For how long a child who left finds the story as it was: `7d`; `false` starts over each time.',
}

function defaults(): JsonSchema {
  return withWords(titled('defaults', editorSchemaOf(defaultsSchema)), {
    ...kept,
    silence: 'What happens if the child says nothing: `{wait: 10s, ask_again: 1, go: forest}`.',
    hear_out: '`true`: a press counts only once all of a scene was heard.',
  })
}

function scene(): JsonSchema {
  const words = withWords(titled('scene', editorSchemaOf(sceneSchema)), {
    play: 'The audio file that is heard.',
    say: 'A text that a voice says; beside `play` the words of that file, for whoever reads.',
    again: 'What is heard in its place from the second visit on.',
    set: 'Vars that change as the scene begins: `{gold: gold + 1}`.',
    ask: 'The question, heard behind the scene and again where nobody answers.',
    hear_out: '`true`: a press counts only once all of the scene was heard.',
    left: 'Where the left button leads.',
    right: 'Where the right button leads.',
    silence: 'Where it goes on if the child says nothing.',
    go: 'The scene that follows by itself.',
    branch: 'The first line that holds is gone: `[{if: gold > 0, go: friends}, {go: run-home}]`.',
    random: 'One of these scenes, by chance: `[clearing, {go: dragon, weight: 2}]`.',
    not_twice: '`true`: never the same one twice in a row.',
    carousel: 'More than two answers: left hears the next one, right takes it.',
    ending: 'The story ends here, with an ending of that name.',
  })
  return withProperties(words, { set: settings() })
}

/** Values are expressions, numbers or words. */
function settings(): JsonSchema {
  return { ...namedEntries({ type: ['boolean', 'number', 'string'] }, varNames) }
}

function test(): JsonSchema {
  const words = withWords(titled('test', editorSchemaOf(storyTestSchema)), {
    press: 'What is pressed at each question: left, right, or wait.',
    seed: 'Another number brings another chance.',
    house: 'What the house answers: `{vars.party: true, now.hour: 19}`.',
    expect: 'Where that leads.',
  })
  const expect = propertiesIn(words).expect as JsonSchema
  return withProperties(words, {
    expect: withWords(expect, {
      ending: 'The name of the ending that it comes to.',
      scene: 'The scene that it comes to.',
      scenes: 'Every scene that is heard, in order.',
      vars: 'What the vars are then.',
    }),
  })
}
