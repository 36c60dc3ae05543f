import { randomBytes } from 'node:crypto'
import type { Clock } from '../core/clock.ts'
import type { CardFactsOf } from '../core/players.ts'
import { Presets } from '../core/presets.ts'
import { Hub } from '../hub.ts'
import type { Options } from '../options.ts'
import type { Pictures } from '../pictures/pictures.ts'
import type { Doubts } from '../simulator/doubts.ts'
import { StoryShelf } from '../stories/card/shelf.ts'
import { StoryVersions } from '../stories/versions.ts'
import { type AddressGate, addressGate } from './address-gate.ts'
import { answersCollection, StreamAnswers } from './answers.ts'
import { titleCards } from './card-titles.ts'
import { type Cards, openCards, tendCards } from './cards.ts'
import { type Cloud, openCloud } from './cloud.ts'
import type { LinkState } from './cloud-link.ts'
import type { Foundation } from './foundation.ts'
import { openPictures } from './pictures.ts'
import { presetsCollection, queuesCollection } from './queue-file.ts'
import type { Started } from './started.ts'
import { planOfStoryCard } from './story-cards.ts'

export interface HouseholdInput {
  readonly options: Options
  /** Simulated players in place of an account. */
  readonly simulate: boolean
  /** How the simulated players differ from ones that give no trouble. */
  readonly simulatedDoubts?: Partial<Doubts>
  readonly clock: Clock
}

/** Players, cards and queues, and the cloud that they are told by. */
export interface Household {
  readonly hub: Hub
  readonly presets: Presets
  readonly cards: Cards
  /** Icons and covers. */
  readonly pictures: Pictures
  /** Which stream plays for whom. */
  readonly answers: StreamAnswers
  readonly storyVersions: StoryVersions
  /** The cards that tell stories by themselves. */
  readonly storyShelf: StoryShelf
  /** What is known of a card in a player. */
  readonly cardFacts: CardFactsOf
  /** null where there is neither an account nor a simulated one. */
  readonly cloud: Cloud | null
  /** Whether that is the simulated one. */
  readonly simulated: boolean
  /** Keeps addresses that no player can use off the cards of the account. */
  readonly gate: AddressGate
}

interface Surroundings {
  readonly foundation: Foundation
  readonly started: Started
  readonly random: () => number
  /** Told whenever the connection or the sign-in comes or goes. */
  readonly linkChanged: (state: LinkState) => void
}

/** Opens the household with its queues as they were; the link to the cloud is not yet started. */
export async function openHousehold(
  input: HouseholdInput,
  { foundation, started, random, linkChanged }: Surroundings,
): Promise<Household> {
  const { options, clock, simulatedDoubts = {} } = input
  const { storage, problems, address, hide, history, log } = foundation
  const simulated = input.simulate
  const gate = addressGate({ options, address, simulate: simulated })
  problems.set('public_url', gate.problem)
  if (gate.problem !== null) log.warn(gate.problem)
  const cloud = await openCloud({
    ...input,
    checkAddress: (url) => gate.check(url),
    simulatedDoubts,
    linkChanged,
    storage,
    problems,
    hide,
    started,
    random,
    log,
  })
  const link = cloud?.link ?? null
  const urlOf = (key: string, file: string) => `${address}/media/${key}/${file}.mp3`
  const storyVersions = new StoryVersions(storage.collection('story-versions'), { clock })
  await storyVersions.start()
  const storyShelf = new StoryShelf(storyVersions)
  const cards = await openCards({
    ...{ storage, link, simulated, urlOf, problems, hide, clock },
    storyPlan: (card) => planOfStoryCard(card, { shelf: storyShelf, urlOf }),
    log: log.for('cards'),
  })
  const pictures = await openPictures({
    ...{ storage, link, simulated, data: options.folders.data, clock },
    log: log.for('cards'),
  })
  const answers = new StreamAnswers({
    records: storage.collection(answersCollection),
    exists: (stream) => hub.queue(stream) !== undefined,
    zone: options.timezone,
    clock,
    told: (stream, fault) => {
      problems.set(`answers/${stream}`, fault)
      if (fault === null) log.for('hub').info(`all that answers for stream "${stream}" can hold again`)
      else log.for('hub').warn(fault)
    },
  })
  await answers.start()
  const cardFacts: CardFactsOf = (cardId, playerId, chapter) => {
    const facts = cards.facts(cardId, chapter)
    return facts.stream === null ? facts : { ...facts, stream: answers.streamFor(facts.stream, playerId) }
  }
  const hub = new Hub({
    queues: storage.collection(queuesCollection),
    values: { vars: storage.collection('vars'), inputs: storage.collection('inputs') },
    card: cardFacts,
    newId,
    random,
    clock,
    log: log.for('hub'),
  })
  started.add('the hub', hub)
  await hub.start()
  const presets = started.add('presets', new Presets({ store: storage.collection(presetsCollection) }))
  await presets.start()
  started.add('what the history follows', history.follow(hub))
  started.add('card titles', titleCards({ hub, cards }))
  started.add(
    'card keys',
    tendCards({ published: cards.published, deleted: cards.deleted, hub, link, clock }),
  )
  return {
    hub,
    presets,
    cards,
    pictures,
    answers,
    storyVersions,
    storyShelf,
    cardFacts,
    cloud,
    simulated,
    gate,
  }
}

const idBytes = 9
// Drawing takes longer than all else of an id, and a queue may take ten thousand in one go.
const idsAtOnce = 256
let drawn = Buffer.alloc(0)

function newId(): string {
  if (drawn.length < idBytes) drawn = randomBytes(idBytes * idsAtOnce)
  const id = drawn.toString('base64url', 0, idBytes)
  drawn = drawn.subarray(idBytes)
  return id
}
