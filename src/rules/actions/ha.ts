import { Type } from 'typebox'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import { textOrTexts } from '../entity.ts'
import { withInnerTexts } from '../inner-texts.ts'
import { action } from '../plugin.ts'
import { inWords } from '../telling.ts'

const some = Type.Optional(textOrTexts)

export const ha = action({
  title: 'Home Assistant',
  describe:
    'Calls an action of Home Assistant, in one of the domains that the option homeassistant.allow names, and waits until it is done.',
  examples: [
    '- ha: {action: light.turn_on, target: {entity_id: light.nursery}, data: {brightness_pct: 20}}',
    '- ha: script.good_night',
    `- ha: {action: notify.notify, data: {message: "It is \${now.time}: the story is over"}}`,
  ],
  options: Type.Object(
    {
      action: Type.String({
        pattern: '^[a-z0-9]+(_[a-z0-9]+)*\\.[a-z0-9_]+$',
        maxLength: 255,
        expected: 'an action of Home Assistant such as "light.turn_on"',
      }),
      target: Type.Optional(
        Type.Object(
          { entity_id: some, device_id: some, area_id: some, floor_id: some, label_id: some },
          { additionalProperties: false },
        ),
      ),
      data: Type.Optional(
        Type.Record(Type.String(), Type.Unknown(), { expected: 'a map such as {brightness_pct: 20}' }),
      ),
    },
    { additionalProperties: false },
  ),
  shorthand: 'action',
  texts: ['target', 'data'],
  explain({ action: called, target = {} }) {
    const meant = Object.values(target).flatMap((ids) => ids ?? [])
    return `calls ${called} of Home Assistant${meant.length === 0 ? '' : ` for ${inWords(meant, 'and')}`}`
  },
  run({ options, effect }) {
    const filled = (option: 'target' | 'data'): JsonObject => {
      const value = withInnerTexts(options, option, options[option])
      return isJsonObject(value) ? value : {}
    }
    return effect({ kind: 'ha', action: options.action, target: filled('target'), data: filled('data') })
  },
})
