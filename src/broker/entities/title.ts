import type { PlayerEntity } from '../entity.ts'

/** What is on: the titles of card, chapter and track. */
export const titles: readonly PlayerEntity[] = [
  title('card_title', { name: 'Card title', icon: 'mdi:card-text' }),
  title('chapter_title', { name: 'Chapter title', icon: 'mdi:book-open-variant' }),
  title('track_title', { name: 'Track title', icon: 'mdi:music-note' }),
]

function title(field: string, looks: { name: string; icon: string }): PlayerEntity {
  return {
    key: field,
    platform: 'sensor',
    commands: [],
    // Home Assistant refuses states over 255 characters, and ignores an empty text where it should forget the old one.
    component: () => ({ ...looks, value_template: `{{ (value_json.${field} or 'None')[:255] }}` }),
  }
}
