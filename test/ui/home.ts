import type { PlayerCommand } from '../../src/core/effect.ts'
import { AppError } from '../../src/core/error.ts'
import type { PlayerEvent } from '../../src/core/event.ts'
import { type PlayerPatch, unknownPlayer } from '../../src/core/player.ts'
import type { House } from '../../src/http/api/app.ts'
import type { LiveHouse } from '../../src/http/live.ts'
import type { Hub } from '../../src/hub.ts'
import { HouseHistory } from '../../src/wiring/history.ts'
import { memoryStore, startHistory } from '../history/support.ts'
import { houseWith } from '../support/house.ts'
import { publishedCard } from '../support/published-card.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { noYotoAccount, type YotoAccount } from './yoto-account.ts'

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
    /** The right knob of `y1` is pressed, and a rule answers it. Whoever calls what this brings takes the press back. */
    pressesRight(): Promise<() => void>
    /** Somebody turns the volume of a player. */
    turns(player: string, step: number): void
    /** Another player comes to the account. */
    comes(player: string, name: string): void
  }

const at = '2026-11-21T10:00:00.000+00:00'
const picture = 'data:image/gif;base64,R0lGODlhAQABAAAAACw='
const looks = new Map([
  ['c0', { title: 'bedroom', cover_url: null }],
  ['c1', { title: 'The sleepy bear', cover_url: null }],
  ['c2', { title: 'Songs for the bath', cover_url: picture }],
])

/** A house with the stream `bedroom`, three cards, and two players, `y1` and `y2`, that do at once what they are told. */
export async function openHome({ account = noYotoAccount }: { account?: YotoAccount } = {}): Promise<Home> {
  const house = houseWith(['stories/sea.mp3'])
  const { hub } = house
  const history = await openHouseHistory(hub)
  const told: Told[] = []
  const says = (player: string, patch: PlayerPatch) => hub.patchPlayer(player, patch, new Date())
  hub.setPlayers([unknownPlayer('y1', 'Nursery'), unknownPlayer('y2', 'Den')])
  says('y1', { online: true, playback: 'paused', card_id: 'c1', card_title: titleOf('c1') })
  says('y2', { online: true, playback: 'stopped' })
  await hub.mutateQueue('bedroom', { op: 'append', files: ['stories/sea.mp3'] }, 'REST')
  return {
    ...house,
    account: account.desk,
    health: () => ({ players: hub.players().length, ...account.health() }),
    told,
    pressesRight: () => pressRight(history, house),
    turns: (player, volume_step) =>
      hub.report({ type: 'volume_changed', player, at, volume_step, volume_percent: null }),
    says,
    comes: (player, name) => hub.setPlayers([...hub.players(), unknownPlayer(player, name)]),
    perform: history.kept(async (effect, because) => {
      await house.perform(effect, because)
      if (effect.kind !== 'command') return
      if (needsCard(effect.command) && hub.player(effect.player)?.card_id === null)
        throw new AppError('conflict', `player "${effect.player}" has no card in it`)
      told.push({ player: effect.player, command: effect.command })
      says(effect.player, afterwards(effect.command))
    }),
    events: (query) => history.events(query),
    diagnostics: () => ({ at, players: hub.players() }),
    cards: async () => [...looks].map(([card_id, { title }]) => publishedCard(card_id, title)),
    cardLook: (id) => looks.get(id) ?? null,
  }
}

async function openHouseHistory(hub: Hub): Promise<HouseHistory> {
  const clock = new VirtualClock()
  const redactAll = <Value>(value: Value) => value
  const { store } = memoryStore()
  const history = new HouseHistory(await startHistory({ store, clock, redactAll }), { redactAll, clock })
  history.follow(hub)
  return history
}

async function pressRight(history: HouseHistory, { hub, perform }: ReturnType<typeof houseWith>) {
  const where = { stream: 'bedroom', player: 'y1', card_id: 'c0', place: 'right-a' } as const
  const client = { method: 'GET', address: '192.168.1.9', userAgent: 'Yoto 1' } as const
  const request = history.asked({ ...where, ...client })
  const press = { ...where, button: 'right', via: 'http' } as const
  const on = { stream: 'bedroom', card_id: 'c0', chapter_key: 'right-a', track_key: 'right-a' }
  const event: PlayerEvent = {
    type: 'button',
    player: 'y1',
    at,
    button: 'right',
    confidence: 1,
    via: 'http',
    ...on,
  }
  history.pressed(press, event)
  hub.report(event)
  const fill = { kind: 'fill-queue', stream: 'bedroom', how: 'replace', content: 'stories/sea.mp3' } as const
  await history.keptAfter(perform, event)(fill, 'rule right-to-the-sea')
  request.answered({ status: 200, from_start: true, bytes: 160_000, range: null, item: 'stories/sea.mp3' })
  return () => history.refuted(press)
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
