import {
  mapOf,
  namedEntries,
  propertiesIn,
  titled,
  withProperties,
  withWords,
} from '../../language/editor/described.ts'
import { branch, editorSchemaOf, type JsonSchema, listOrOne } from '../../language/editor/json-schema.ts'
import { holeName } from '../read/holes.ts'
import { ruleSchema } from '../read/rules.ts'
import { useSchema } from '../read/template-use.ts'
import { templateSchema } from '../read/templates.ts'
import { ref } from './control.ts'
import { withHoles } from './holes.ts'

/** The sections about what happens. */
export function ruleSections(): Readonly<Record<string, JsonSchema>> {
  return {
    rules: mapOf(rule(), 'When something happens, if something holds, do something.'),
    templates: mapOf(template(), 'Rules with holes, from which other rules are made with `use` and `with`.'),
  }
}

const ownKeys = ['player', 'stream', 'when', 'if', 'do', 'mode', 'max']

/** Written out, or made from a template. */
function rule(): JsonSchema {
  const whole = written()
  const used = withWords(editorSchemaOf(useSchema), {
    use: 'The template that this rule is made from.',
    with: 'What stands in its holes, by name.',
  })
  const given = withProperties(used, { with: { type: ['object', 'null'] } })
  const refused = (keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, false]))
  return {
    ...whole,
    properties: { ...propertiesIn(given), ...propertiesIn(whole) },
    required: [],
    ...branch(
      { required: ['use'] },
      { properties: refused(ownKeys) },
      { properties: refused(['with']), required: ['when', 'do'] },
    ),
  }
}

function written(): JsonSchema {
  const words = withWords(titled('rule', editorSchemaOf(ruleSchema)), {
    name: 'What the rule is called where people see it.',
    enabled: '`false` switches the rule off.',
    player: 'The player the rule is about: it hears only what happens there.',
    stream: 'The stream the rule is about: it hears only what happens there, and changes this one.',
    when: 'What starts the rule; any of these.',
    if: 'What must hold then: an expression, or a list of conditions.',
    do: 'What is done, in order.',
    mode: 'What happens when it is started again while it runs: nothing more (`single`), it starts over (`restart`), it runs once more afterwards (`queued`) or beside that (`parallel`).',
    max: 'With `queued` and `parallel`: at most so many runs, 10 where nothing is said.',
  })
  const filled = withProperties(words, {
    when: listOrOne(ref('trigger'), { type: ['array', 'null'] }),
    if: ref('conditions'),
    do: listOrOne(ref('action'), { type: ['array', 'null'] }),
  })
  return {
    ...filled,
    required: ['when', 'do'],
    dependencies: Object.fromEntries([['max', ['mode']]]),
  }
}

function template(): JsonSchema {
  const words = withWords(titled('template', editorSchemaOf(templateSchema)), {
    needs: 'The holes by name, each with what may be put there: `{at: time, most: number?}`.',
    rule: `What a rule is made of, with \`\${with.name}\` where something is put in.`,
  })
  const needs = propertiesIn(words).needs
  const names = namedEntries({}, { pattern: holeName.source, expected: 'a name of letters, digits and _' })
  return withProperties(words, {
    needs: { ...names, ...(typeof needs === 'object' ? needs : {}) },
    rule: withHoles(written()),
  })
}
