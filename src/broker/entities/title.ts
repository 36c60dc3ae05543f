import type { PlayerEntity } from '../entity.ts'
import { textOf } from '../template.ts'

/** What is on: the titles of card, chapter and track, each with the id behind it as an attribute. */
export const titles: readonly PlayerEntity[] = [
  title('card_title', { id: 'card_id', name: 'Card title', icon: 'mdi:card-text' }),
  title('chapter_title', { id: 'chapter_key', name: 'Chapter title', icon: 'mdi:book-open-variant' }),
  title('track_title', { id: 'track_key', name: 'Track title', icon: 'mdi:music-note' }),
]

function title(
  field: 'card_title' | 'chapter_title' | 'track_title',
  { id, ...looks }: { id: string; name: string; icon: string },
): PlayerEntity {
  return {
    key: field,
    platform: 'sensor',
    component: ({ state }) => ({
      ...looks,
      value_template: textOf(field),
      json_attributes_topic: state,
      json_attributes_template: `{{ {'${id}': value_json.${id}} | tojson }}`,
    }),
  }
}
