import type { Clock } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { abilityOf } from '../core/models.ts'
import type { Story } from '../core/story.ts'
import type { AccountDesk } from '../http/api/account.ts'
import type { Options } from '../options.ts'
import { utcOffsetSeconds } from '../rules/time.ts'
import { type SimulatedCloud, startCloud } from '../simulator/cloud.ts'
import type { Doubts } from '../simulator/doubts.ts'
import type { Storage } from '../storage/storage.ts'
import type { StoredTokens } from '../yoto/token.ts'
import { openAccount } from './account.ts'
import { cloudAddresses } from './addresses.ts'
import type { Cards } from './cards.ts'
import { type CloudAddresses, CloudLink, type LinkState } from './cloud-link.ts'
import { openSecrets } from './kept-secrets.ts'
import type { Problems } from './problems.ts'
import type { Started } from './started.ts'
import type { StoryCards } from './story-cards.ts'
import { connectionProblem, playersProblem } from './yoto-problems.ts'

interface CloudInput {
  readonly options: Options
  readonly simulate: boolean
  /** How the simulated players differ from ones that give no trouble. */
  readonly simulatedDoubts?: Partial<Doubts>
  readonly storage: Storage
  readonly problems: Problems
  /** @throws AppError where no card of the account is to carry that address. */
  readonly checkAddress?: (url: string) => void
  /** Told whenever the connection or the sign-in comes or goes. */
  readonly linkChanged: (state: LinkState) => void
  /** Masks a secret wherever it would be said. */
  readonly hide: (secret: string) => void
  readonly started: Started
  /** 0 to 1, for jitter. */
  readonly random: () => number
  readonly clock: Clock
  readonly log: Log
}

export interface Cloud {
  readonly link: CloudLink
  /** Where people sign in to the account and out of it. */
  readonly desk: AccountDesk
  /** null where the cloud is Yoto's own. */
  readonly simulator: SimulatedCloud | null
}

/** The simulated cloud or the account's, with the link to it, not yet started; null where neither is to be had. */
export async function openCloud(input: CloudInput): Promise<Cloud | null> {
  const { options, simulate, storage, started, clock, log } = input
  if (!simulate) {
    const cloud = cloudAddresses(options.yoto)
    if (cloud === null) return null
    const { tokens, ...secrets } = await openSecrets(input)
    started.add('the secrets', secrets)
    return { ...joined(input, { cloud, tokens }), simulator: null }
  }
  const cards = storage.collection<unknown>('simulated-cards')
  const media = storage.collection<unknown>('simulated-media')
  const pictures = storage.collection<unknown>('simulated-pictures')
  const simulator = started.add(
    'the simulated cloud',
    await startCloud({
      clock,
      log: log.for('simulator'),
      cards,
      media,
      pictures,
      approveAfterPolls: 0,
      doubts: input.simulatedDoubts ?? {},
      utcOffsetSeconds: utcOffsetSeconds(clock.now(), options.timezone),
    }),
  )
  const tokens = storage.collection<StoredTokens>('simulated-account')
  // A simulated cloud that starts anew knows no sign-in of an earlier one.
  for (const [key] of await tokens.entries()) await tokens.delete(key)
  // It approves every sign-in by itself, so there is nobody to ask.
  return { ...joined(input, { cloud: simulator, tokens }), simulator }
}

interface DemoCards {
  readonly cards: Cards
  readonly storyCards: Pick<StoryCards, 'ensure'>
  readonly streams: readonly string[]
  readonly stories: readonly Story[]
  readonly log: Log
}

/** Gives each stream of the rules a card of each kind in the simulated account, and each story one, so that there is something to put into a player. */
export async function publishDemoCards(
  link: CloudLink,
  { cards, storyCards, streams, stories, log }: DemoCards,
): Promise<void> {
  try {
    await link.signedIn()
    for (const stream of streams) {
      await cards.published.ensure({ stream, title: stream, kind: 'queue', chapters: 0 })
      const title = `${stream} (as one file)`
      await cards.published.ensure({ stream, title, kind: 'stream', chapters: demoChapters })
    }
    for (const story of stories) await storyCards.ensure(story)
  } catch (error) {
    log.error('the cards of the simulated account could not be made', { error: messageOf(error) })
  }
}

// Enough presses for trying it out; a stream card ends after its last chapter.
const demoChapters = 20

interface AccountAt {
  readonly cloud: CloudAddresses
  readonly tokens: Collection<StoredTokens>
}

function joined(input: CloudInput, { cloud, tokens }: AccountAt): Pick<Cloud, 'link' | 'desk'> {
  const { options, simulate: simulated, problems, hide, started, random, clock, log } = input
  const redirectUri = options.yoto.redirect_uri
  const { account, desk, ...way } = openAccount({
    cloud,
    simulated,
    redirectUri,
    tokens,
    problems,
    hide,
    random,
    clock,
    log,
  })
  started.add('the way back from the sign-in', way)
  const changed = (state: LinkState) => {
    problems.set('connection', connectionProblem(state))
    problems.set('players', playersProblem(state))
    input.linkChanged(state)
  }
  const { checkAddress = () => undefined } = input
  const has = abilityOf({ everything: options.yoto.every_ability })
  return { link: new CloudLink({ cloud, account, changed, checkAddress, has, clock, random, log }), desk }
}
