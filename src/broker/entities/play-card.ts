import type { PlayerEntity } from '../entity.ts'
import { writtenTextOf } from '../template.ts'

/** Shows the id of the card that is on, nothing where there is none, and plays the card whose id is written into it. */
export const playCard: PlayerEntity = {
  key: 'play_card',
  platform: 'text',
  component: ({ setField }) => ({
    name: 'Play card',
    icon: 'mdi:card-search-outline',
    // No pattern: where what the player says did not fit it, Home Assistant would have an error in its place.
    // The least length holds for what is shown too.
    min: 0,
    max: 255,
    value_template: writtenTextOf('card_id'),
    command_topic: setField('card'),
  }),
}
