import type { Library } from './audio/library.ts'
import type { PublishedCard, PublishedCards } from './cards/published.ts'
import type { Perform } from './core/effect.ts'
import type { House } from './http/api/app.ts'
import type { Hub } from './hub.ts'
import type { SimulatedCloud } from './simulator/cloud.ts'

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
export function houseOf({ version, hub, library, cards, simulator, perform, health }: HouseParts): House {
  return {
    version,
    simulated: simulator !== null,
    players: () => hub.players(),
    player: (id) => hub.player(id),
    queues: () => hub.queues(),
    queue: (name) => hub.queue(name),
    perform,
    lookup: (file) => library.find(file),
    streamUrl: (name) => cards.streamUrl(name),
    cards: async () => cards.list().map(cardView),
    publishCard: async (request) => cardView(await cards.publish(request)),
    simulatedPlayer: (id) => simulator?.player(id),
    health,
  }
}

function cardView({ card_id, title, stream }: PublishedCard) {
  return { card_id: card_id ?? '', title, stream }
}
