import type { Sources } from '../audio/sources/sources.ts'
import type { CardsRead } from '../cards/card-list.ts'
import type { PublishedCards } from '../cards/published.ts'
import type { PublishedCard } from '../cards/record.ts'
import type { Perform } from '../core/effect.ts'
import type { Presets } from '../core/presets.ts'
import { checkMeant } from '../core/queue-tag.ts'
import type { AccountDesk } from '../http/api/account.ts'
import type { House } from '../http/api/app.ts'
import type { AudioHouse } from '../http/api/audio.ts'
import type { CardPress } from '../http/api/cards.ts'
import type { CardLook } from '../http/api/kid.ts'
import type { LibraryHouse } from '../http/api/library.ts'
import type { RuleToolsHouse } from '../http/api/rule-tools.ts'
import type { RuleTracesHouse } from '../http/api/rule-traces.ts'
import type { LiveHouse } from '../http/live.ts'
import type { Change, Hub } from '../hub.ts'
import { answerInWords } from '../rules/explain/schedule-words.ts'
import type { SimulatedCloud } from '../simulator/cloud.ts'
import type { Storage } from '../storage/storage.ts'
import type { StreamAnswers } from './answers.ts'
import type { CardDesk } from './card-desk.ts'
import type { CardUploads } from './card-uploads.ts'
import { playAnew } from './play-anew.ts'
import { queueImports } from './queue-file.ts'
import type { HouseUploads } from './uploads.ts'

interface HouseParts {
  readonly version: string
  readonly hub: Hub
  readonly answers: Pick<StreamAnswers, 'of' | 'filed' | 'set' | 'setAll' | 'streamFor'>
  readonly library: Pick<Sources, 'find'> & Partial<Pick<Sources, 'hint'>>
  readonly libraryDesk: LibraryHouse & AudioHouse & Pick<House, 'streamPlays'>
  /** Calls `changed` after each change of what there is to hear. Returns what ends it. */
  readonly onLibraryChange: (changed: () => void) => () => void
  readonly uploads: HouseUploads
  readonly pictures: House['pictures']
  readonly cards: PublishedCards
  readonly cardDesk: CardDesk
  /** How what cards play is on its way to the account. */
  readonly cardUploads: Pick<CardUploads, 'onChange'>
  readonly addressCheck: House['addressCheck']
  readonly firstSteps: House['firstSteps']
  /** What is known by now of a card that we did not publish; asks for it where that is nothing. */
  readonly knownCard: (cardId: string) => CardLook | null
  /** All cards of the account and its family; without an account there are none. */
  readonly accountCards: (options: { refresh: boolean }) => Promise<CardsRead>
  readonly cardCopies: House['cardCopies']
  readonly accountCard: House['accountCard']
  /** The presses on a card, the newest first. */
  readonly presses: (cardId: string) => readonly CardPress[]
  readonly events: House['events']
  readonly diagnostics: House['diagnostics']
  readonly settings: House['settings']
  readonly backup: House['backup']
  readonly ruleTools: RuleToolsHouse
  readonly rules: House['rules']
  readonly stories: House['stories']
  readonly webhooks: House['webhooks']
  readonly ruleTraces: RuleTracesHouse
  /** Calls `changed` with the rules that have run lately, now and then. Returns what ends it. */
  readonly onTraces?: (changed: (rules: readonly string[]) => void) => () => void
  readonly simulator: SimulatedCloud | null
  readonly account: AccountDesk
  readonly perform: Perform
  readonly queueEffects: House['queueEffects']
  readonly upToDate?: House['upToDate']
  readonly refillsOf?: House['refillsOf']
  readonly outlooks: House['outlooks']
  readonly presets: Presets
  /** Writes all entries to the store, or none. */
  readonly write: Storage['setMany']
  readonly health: () => Readonly<Record<string, unknown>>
}

/** The house as the panel door sees it. */
export function houseOf({
  version,
  hub,
  answers,
  library,
  libraryDesk,
  onLibraryChange,
  uploads,
  pictures,
  cards,
  cardDesk,
  cardUploads,
  addressCheck,
  firstSteps,
  knownCard,
  accountCards,
  cardCopies,
  accountCard,
  presses,
  events,
  diagnostics,
  settings,
  backup,
  ruleTools,
  simulator,
  account,
  perform,
  queueEffects,
  upToDate,
  refillsOf,
  outlooks,
  presets,
  write,
  health,
  rules,
  stories,
  webhooks,
  ruleTraces,
  onTraces,
}: HouseParts): House & LiveHouse {
  return {
    ...cardDesk,
    addressCheck,
    firstSteps,
    ...queueImports({ hub, presets, answers, perform, write }),
    version,
    simulated: simulator !== null,
    players: () => hub.players(),
    player: (id) => hub.player(id),
    queues: () => hub.queues(),
    queue: (name) => hub.queue(name),
    inputs: () => hub.inputs(),
    input: (id) => hub.input(id),
    answers: (stream) => answers.of(stream),
    filedAnswers: (stream) =>
      answers.filed(stream).map((answer) => ({
        stream: answer.stream,
        player: answer.player,
        holds: answerInWords(answer),
        place: answer.place,
      })),
    setAnswers: (stream, list, { meantFor }) =>
      answers.set(stream, list, () => checkMeant({ name: stream, queue: hub.queue(stream) }, meantFor)),
    perform,
    queueEffects,
    ...(upToDate === undefined ? {} : { upToDate }),
    outlooks,
    playAnew: (stream, anew) =>
      playAnew(stream, anew, { hub, cards, streamFor: (asked, by) => answers.streamFor(asked, by) }),
    presets,
    lookup: (file) => library.find(file),
    uploads: uploads.desk,
    pictures,
    fileHint: async (file) => (await library.hint?.(file)) ?? null,
    ...libraryDesk,
    ...ruleTools,
    streamUrl: (name) => cards.streamUrl(name),
    keptCards: (name) => cards.keptFor(name),
    ...(refillsOf === undefined ? {} : { refillsOf }),
    rotateStreamKey: (name, options) => cards.rotateStream(name, options),
    presses,
    events,
    diagnostics,
    settings,
    backup,
    rules,
    stories,
    webhooks,
    ruleTraces,
    cardLook: (cardId) => lookOf(cards.byCard(cardId)) ?? knownCard(cardId),
    account,
    accountCards: async (options) => {
      const { cards: listed, ...read } = await accountCards(options)
      const isOurs = (cardId: string) => cards.byCard(cardId) !== undefined
      const told = listed.map(
        (card) => ({ ...card, whose: isOurs(card.card_id) ? 'ours' : card.whose }) as const,
      )
      return { ...read, cards: told }
    },
    cardCopies,
    accountCard,
    simulatedPlayer: (id) => simulator?.player(id),
    health,
    subscribe(name, receive) {
      const forgets = [
        hub.subscribe(name, (change) => {
          if (isSeen(change)) receive(change)
        }),
        onLibraryChange(() => receive({ kind: 'library' })),
        uploads.onChange(receive),
        cards.onChange(() => receive({ kind: 'cards' })),
        cardUploads.onChange((cardId, { passing }) => {
          if (cards.byCard(cardId)) receive({ kind: 'card', card: cardDesk.card(cardId), passing })
        }),
        onTraces?.((rules) => receive({ kind: 'rule-traces', rules })) ?? (() => undefined),
      ]
      return () => {
        for (const forget of forgets) forget()
      }
    },
  }
}

/** Whether somebody who looks on sees it. */
export function isSeen(change: Change): change is Exclude<Change, { kind: Unseen }> {
  return !unseen.some((kind) => kind === change.kind)
}

const unseen = ['players-listed', 'inputs-declared', 'var', 'story'] as const
type Unseen = (typeof unseen)[number]

function lookOf(card: PublishedCard | undefined): CardLook | null {
  return card === undefined ? null : { title: card.title, cover_url: card.look?.cover ?? null }
}
