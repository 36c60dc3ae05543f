import type { Input } from '../../core/input.ts'
import type { ComponentKeys, InputEntity, Platform } from '../entity.ts'

type Of<Type extends Input['type']> = Extract<Input, { readonly type: Type }>

// Home Assistant takes no smaller one.
const smallestStep = 0.001

/** What people set, as a switch, a list, a number or a button; which of them it is, its rule file says. */
export const inputs: readonly InputEntity[] = [
  entity('switch', 'mdi:toggle-switch-outline', ({ state, set }) => ({
    state_topic: state,
    command_topic: set,
    payload_on: 'ON',
    payload_off: 'OFF',
  })),
  entity('select', 'mdi:format-list-bulleted', ({ state, set, input }) => ({
    state_topic: state,
    command_topic: set,
    options: input.options,
  })),
  entity('number', 'mdi:counter', ({ state, set, input }) => ({
    state_topic: state,
    command_topic: set,
    min: input.min,
    max: input.max,
    step: Math.max(input.step, smallestStep),
    ...(input.unit === null ? {} : { unit_of_measurement: input.unit }),
  })),
  entity('button', 'mdi:gesture-tap-button', ({ set }) => ({ command_topic: set, payload_press: 'PRESS' })),
]

type Place = Parameters<InputEntity['component']>[0]

function entity<Type extends Input['type'] & Platform>(
  type: Type,
  icon: string,
  keys: (place: Place & { readonly input: Of<Type> }) => ComponentKeys,
): InputEntity {
  const isMeant = (place: Place): place is Place & { readonly input: Of<Type> } => place.input.type === type
  return {
    key: type,
    platform: type,
    isThere: isMeant,
    component: (place) => ({ name: place.title, icon, ...(isMeant(place) ? keys(place) : {}) }),
  }
}
