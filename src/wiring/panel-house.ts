import type { Lookup } from '../audio/inspect-file.ts'
import type { Library } from '../audio/library.ts'
import { titleOf } from '../audio/names.ts'
import { kindOf, type PublishedCard, type PublishedCards } from '../cards/published.ts'
import type { Perform } from '../core/effect.ts'
import type { House } from '../http/api/app.ts'
import type { LibraryEntry } from '../http/api/library.ts'
import type { LiveHouse } from '../http/live.ts'
import type { Hub } from '../hub.ts'
import type { SimulatedCloud } from '../simulator/cloud.ts'

interface HouseParts {
  readonly version: string
  readonly hub: Hub
  readonly library: Library
  readonly cards: PublishedCards
  readonly simulator: SimulatedCloud | null
  readonly perform: Perform
  readonly health: () => Readonly<Record<string, unknown>>
}

/** The house as the panel door sees it. */
export function houseOf({
  version,
  hub,
  library,
  cards,
  simulator,
  perform,
  health,
}: HouseParts): House & LiveHouse {
  return {
    version,
    simulated: simulator !== null,
    players: () => hub.players(),
    player: (id) => hub.player(id),
    queues: () => hub.queues(),
    queue: (name) => hub.queue(name),
    perform,
    lookup: (file) => library.find(file),
    library: async () => (await library.list()).flatMap(libraryEntry),
    streamUrl: (name) => cards.streamUrl(name),
    cards: async () => cards.list().map(cardView),
    publishCard: async (request) => cardView(await cards.publish(request)),
    simulatedPlayer: (id) => simulator?.player(id),
    health,
    subscribe: (name, receive) =>
      hub.subscribe(name, (change) => {
        if (change.kind !== 'players-listed') receive(change)
      }),
  }
}

function libraryEntry({ file, lookup }: { file: string; lookup: Lookup }): LibraryEntry[] {
  if (lookup.state === 'missing') return []
  if (lookup.state === 'refused')
    return [{ file, title: titleOf(file), seconds: null, state: 'refused', reason: lookup.reason }]
  const { title, seconds } = lookup.file
  return [{ file, title, seconds, state: 'ready' }]
}

function cardView(card: PublishedCard) {
  const { card_id, title, stream } = card
  return { card_id: card_id ?? '', title, stream, kind: kindOf(card) }
}
