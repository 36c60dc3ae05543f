import type { PlayerEntity } from '../entity.ts'
import type { LightField } from '../light-json.ts'

/** The light that is on now, and those that belong to day and night; each on a topic in the form that Home Assistant reads. */
export const lights: readonly PlayerEntity[] = [
  light('nightlight', { name: 'Night-light', icon: 'mdi:lightbulb-night' }),
  light('ambient_day', {
    name: 'Ambient light by day',
    icon: 'mdi:weather-sunny',
    entity_category: 'config',
  }),
  light('ambient_night', {
    name: 'Ambient light at night',
    icon: 'mdi:weather-night',
    entity_category: 'config',
  }),
]

function light(
  field: LightField,
  looks: { name: string; icon: string; entity_category?: 'config' },
): PlayerEntity {
  return {
    key: field,
    platform: 'light',
    needs: 'light',
    component: ({ own, setField }) => ({
      ...looks,
      schema: 'json',
      supported_color_modes: ['rgb'],
      brightness: true,
      flash: false,
      transition: false,
      state_topic: own(field),
      command_topic: setField(field),
    }),
  }
}
