import type { PlayerCommand } from '../../src/core/effect.ts'
import { AppError } from '../../src/core/error.ts'
import { type PlayerPatch, unknownPlayer } from '../../src/core/player.ts'
import type { House } from '../../src/http/api/app.ts'
import type { PublishedCardView } from '../../src/http/api/cards.ts'
import type { LiveHouse } from '../../src/http/live.ts'
import { houseWith } from '../support/house.ts'

interface Told {
  readonly player: string
  readonly command: PlayerCommand
}

export type Home = House &
  LiveHouse & {
    /** What the players were told to do. */
    readonly told: readonly Told[]
    /** A player says this of itself. */
    says(player: string, patch: PlayerPatch): void
    /** Another player comes to the account. */
    comes(player: string, name: string): void
  }

const picture = 'data:image/gif;base64,R0lGODlhAQABAAAAACw='
const looks = new Map([
  ['c0', { title: 'bedroom', cover_url: null }],
  ['c1', { title: 'The sleepy bear', cover_url: null }],
  ['c2', { title: 'Songs for the bath', cover_url: picture }],
])

/** A house with the stream `bedroom`, three cards, and two players, `y1` and `y2`, that do at once what they are told. */
export async function openHome(): Promise<Home> {
  const house = houseWith(['stories/sea.mp3'])
  const { hub } = house
  const told: Told[] = []
  const says = (player: string, patch: PlayerPatch) => hub.patchPlayer(player, patch, new Date())
  hub.setPlayers([unknownPlayer('y1', 'Nursery'), unknownPlayer('y2', 'Den')])
  says('y1', { online: true, playback: 'paused', card_id: 'c1', card_title: titleOf('c1') })
  says('y2', { online: true, playback: 'stopped' })
  await hub.mutateQueue('bedroom', { op: 'append', files: ['stories/sea.mp3'] }, 'REST')
  return {
    ...house,
    told,
    says,
    comes: (player, name) => hub.setPlayers([...hub.players(), unknownPlayer(player, name)]),
    async perform(effect, because) {
      await house.perform(effect, because)
      if (effect.kind !== 'command') return
      if (needsCard(effect.command) && house.hub.player(effect.player)?.card_id === null)
        throw new AppError('conflict', `player "${effect.player}" has no card in it`)
      told.push({ player: effect.player, command: effect.command })
      says(effect.player, afterwards(effect.command))
    },
    cards: async () => [...looks].map(([card_id, { title }]) => published(card_id, title)),
    cardLook: (id) => looks.get(id) ?? null,
  }
}

function afterwards(command: PlayerCommand): PlayerPatch {
  switch (command.type) {
    case 'card':
      return { playback: 'playing', card_id: command.card_id, card_title: titleOf(command.card_id) }
    case 'play':
      return { playback: 'playing' }
    case 'pause':
      return { playback: 'paused' }
    default:
      return {}
  }
}

/** As the product: a player whose card has ended names no card any more. */
function needsCard({ type }: PlayerCommand): boolean {
  return type === 'play' || type === 'next' || type === 'previous'
}

function titleOf(cardId: string): string {
  const look = looks.get(cardId)
  if (look === undefined) throw new AppError('not_found', `there is no card "${cardId}"`)
  return look.title
}

function published(card_id: string, title: string): PublishedCardView {
  return {
    card_id,
    title,
    stream: 'bedroom',
    kind: 'queue',
    slots: 'interactive',
    confirm: 'request',
    player: null,
    distrusted: null,
    old_keys_end_at: null,
  }
}
