import { beforeEach, describe, expect, test } from 'vitest'
import type { PublishedCard } from '../../src/cards/record.ts'
import type { PlayerCommand } from '../../src/core/effect.ts'
import { unknownPlayer } from '../../src/core/player.ts'
import { StoryDeeds, type StorySteering } from '../../src/wiring/story-deeds.ts'

const card = (over: Partial<PublishedCard>): PublishedCard => ({
  ...{ key: 'k', stream: null, title: 'A walk', card_id: 'walk1', kind: 'story', slots: 'interactive' },
  ...{
    confirm: 'request',
    distrusted: null,
    player: null,
    chapters: 0,
    url: '',
    created_at: '',
    tracks: null,
  },
  look: null,
  ...{ old_keys: [], carried_key: 'k', stream_deleted_at: null },
  story: { id: 'walk', run: 'live', version: null },
  ...over,
})

let cards: PublishedCard[]
let told: PlayerCommand[]
let steered: unknown[][]
let deeds: StoryDeeds
let player: ReturnType<typeof unknownPlayer>

const input = {
  hub: { player: (id: string) => (id === 'y1' ? player : undefined) },
  cards: {
    list: () => cards,
    byCard: (cardId: string) => cards.find(({ card_id }) => card_id === cardId),
  },
  shelf: {
    card: (version: string) =>
      version === 'v1'
        ? { chapters: ['gate', 'sea'].map((scene) => ({ key: `${scene}~E`, scene }) as never) }
        : null,
  },
  command: async (_: string, command: PlayerCommand) => {
    told.push(command)
  },
}

beforeEach(() => {
  cards = [card({})]
  told = []
  steered = []
  player = { ...unknownPlayer('y1', 'Kids'), online: true }
  deeds = new StoryDeeds()
  const noted =
    (what: keyof StorySteering) =>
    async (one: PublishedCard, ...rest: unknown[]) => {
      steered.push([what, one.card_id, ...rest])
      return true
    }
  deeds.setSteering({
    begin: noted('begin'),
    resume: noted('resume'),
    end: noted('end'),
    bedtime: noted('bedtime'),
  } as never)
})

const wish = (how: 'start' | 'resume' | 'end', scene?: string) =>
  deeds.tell({ story: 'walk', player: 'y1', how, ...(scene === undefined ? {} : { scene }) }, input)
const at = (card_id: string, key: string) => ({ type: 'card', card_id, chapter_key: key, track_key: key })

describe('a rule that wants a story', () => {
  test('has its live card begun where nobody seems to have pressed, at the scene that is wished', async () => {
    await wish('start')
    await wish('start', 'sea')
    await wish('resume')
    expect(steered).toEqual([
      ['begin', 'walk1', 'y1', null],
      ['begin', 'walk1', 'y1', 'sea'],
      ['resume', 'walk1', 'y1'],
    ])
    expect(told).toEqual([at('walk1', 'start'), at('walk1', 'start'), at('walk1', 'start')])
  })

  test('has a card that tells it by itself begun at the chapter of the scene, and gone on with as the player remembers', async () => {
    cards = [card({ story: { id: 'walk', run: 'card', version: 'v1' } })]
    await wish('start')
    await wish('start', 'sea')
    await wish('resume')
    expect(told).toEqual([at('walk1', 'gate~E'), at('walk1', 'sea~E'), { type: 'card', card_id: 'walk1' }])
    expect(steered).toEqual([])
    await expect(wish('start', 'moon')).rejects.toThrow('has no chapter of the scene "moon"')
  })

  test('stops the player that plays it, and no other', async () => {
    await wish('end')
    expect(told).toEqual([])
    player = { ...player, card_id: 'walk1', playback: 'playing' }
    await wish('end')
    expect(told).toEqual([{ type: 'stop' }])
    expect(steered.length).toBe(2)
  })

  test('takes the card in the player before its own, and that before any', async () => {
    cards = [card({}), card({ card_id: 'own01', player: 'y1' }), card({ card_id: 'other', player: 'y2' })]
    await wish('start')
    player = { ...player, card_id: 'walk1', chapter_key: 'now-b' }
    await wish('start')
    expect(told.map((command) => 'card_id' in command && command.card_id)).toEqual(['own01', 'walk1'])
  })

  test('is told how to come by a card, and that there is no such player', async () => {
    cards = [card({ player: 'y2' })]
    await expect(wish('start')).rejects.toThrow('make one first, with POST /api/cards {"story": "walk"}')
    await expect(deeds.tell({ story: 'walk', player: 'y9', how: 'start' }, input)).rejects.toThrow(
      'no player "y9"',
    )
  })
})

test('bedtime is for a live story in the player alone', async () => {
  expect(await deeds.end('y1', input)).toBe(false)
  player = { ...player, card_id: 'walk1' }
  expect(await deeds.end('y1', input)).toBe(true)
  cards = [card({ story: { id: 'walk', run: 'card', version: 'v1' } })]
  expect(await deeds.end('y1', input)).toBe(false)
})
