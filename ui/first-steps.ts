import type { AddressCheckView } from '../src/core/address-check.ts'
import type { PublishedCardView } from '../src/http/api/cards.ts'
import type { FirstStepsView, StepState } from '../src/http/api/first-steps.ts'
import { segment } from './path.ts'
import { ask } from './request.ts'
import type { TextKey } from './text-keys.ts'

export type { FirstStepsView, StepState }

export const stepNames = ['sign_in', 'address', 'card'] as const
export type StepName = (typeof stepNames)[number]

export const stepTitles = {
  sign_in: 'steps.sign-in',
  address: 'steps.address',
  card: 'steps.card',
} as const satisfies Record<StepName, TextKey>

/** The first step that somebody can do something about, or has to wait for; null where none is open. */
export function nextStep(view: FirstStepsView): StepName | null {
  return stepNames.find((name) => isOpen(view[name].state)) ?? null
}

export function isOpen(state: StepState): boolean {
  return state !== 'done' && state !== 'not_needed'
}

export function fetchFirstSteps(): Promise<FirstStepsView> {
  return ask('GET', 'first-steps')
}

/** `player`: is told to play it; null: somebody does it by hand. */
export function makeTestCard(player: string | null): Promise<AddressCheckView> {
  return ask('POST', 'address-check', player === null ? {} : { player })
}

/** @throws RequestError 422 where no card may carry the address. */
export function makeCard(card: { stream: string; title: string }): Promise<PublishedCardView> {
  return ask('POST', 'cards', card)
}

export async function playCard({ player, card }: { player: string; card: string }): Promise<void> {
  await ask('POST', `players/${segment(player)}/play-card`, { card_id: card })
}

interface Place {
  readonly protocol: string
  readonly hostname: string
}

/**
 * Options as somebody may write them down, in YAML. The host by which this page was reached at home is a better guess
 * than one that lies inside a container.
 */
export function optionsFor({ address, fault }: FirstStepsView['address'], place: Place): string {
  if (fault?.kind === 'plain_http') return `public_url: ${address}\npublic_url_consent: [plain_http]`
  const isAtHome = /^(10|192\.168)\.[\d.]+$/.test(place.hostname)
  const mayBeHost = fault?.kind === 'container' || fault?.kind === 'loopback'
  if (!isAtHome || !mayBeHost) return 'public_url: https://audio.example.org'
  const port = URL.canParse(address) ? new URL(address).port : ''
  return `public_url: http://${place.hostname}:${port || '8098'}\npublic_url_consent: [plain_http]`
}

const hiddenKey = 'yoto-smart-stream.first-steps'

/** Whether somebody has put the offer away in this browser. */
export function isOfferHidden(): boolean {
  try {
    return localStorage.getItem(hiddenKey) === 'hidden'
  } catch {
    // Some browsers keep nothing for pages in a frame.
    return false
  }
}

export function hideOffer(): void {
  try {
    localStorage.setItem(hiddenKey, 'hidden')
  } catch {
    // It stays away until the page is opened again.
  }
}
