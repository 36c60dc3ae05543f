import type { PlayerEntity } from '../entity.ts'
import { textOf } from '../template.ts'

/** The ids behind the titles, for those who need them as states of their own. */
export const cardKeys: readonly PlayerEntity[] = [
  key('card_id', { name: 'Card ID', icon: 'mdi:identifier' }),
  key('chapter_key', { name: 'Chapter key', icon: 'mdi:book-open-variant' }),
  key('track_key', { name: 'Track key', icon: 'mdi:music-note' }),
]

function key(
  field: 'card_id' | 'chapter_key' | 'track_key',
  looks: { name: string; icon: string },
): PlayerEntity {
  return {
    key: field,
    platform: 'sensor',
    component: () => ({
      ...looks,
      entity_category: 'diagnostic',
      enabled_by_default: false,
      value_template: textOf(field),
    }),
  }
}
