import { setTimeout as pause } from 'node:timers/promises'
import { AppError } from '../core/error.ts'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import type { Call } from './ask-running.ts'

interface Waiting {
  readonly ask: (call: Call) => Promise<JsonObject>
  /** Tells people how it stands. */
  readonly note: (text: string) => void
}

// Of the machine: the product's own clock does not keep a process alive.
const everyMs = 1_000
// The program gives up after 30 s; a clock that was set meanwhile must not keep this waiting for ever.
const mostLooks = 60

/** Resolves to the check once somebody has fetched the test card, or the cause is named why nobody has. */
export async function checkEnds(check: JsonObject, { ask, note }: Waiting): Promise<JsonObject> {
  note(`test card ${String(check.card_id)} is published; waiting up to 30 s for somebody to fetch it\n`)
  let latest = check
  for (let looks = 0; latest.state === 'waiting' && looks < mostLooks; looks++) {
    await pause(everyMs)
    latest = await ask({ method: 'GET', path: `/address-check/${encodeURIComponent(String(check.id))}` })
  }
  return latest
}

/**
 * Resolves to the card once all its audio lies at Yoto.
 * @throws AppError `refused` where that has failed for now; the program tries again by itself.
 */
export async function uploadEnds(card: JsonObject, { ask, note }: Waiting): Promise<JsonObject> {
  let latest = card
  let said = ''
  while (isJsonObject(latest.uploading)) {
    const { state, of, done, percent, problem } = latest.uploading
    if (state === 'failed')
      throw new AppError(
        'refused',
        `card ${String(card.card_id)}: its audio is not uploaded: ${String(problem)}; the program tries again by itself`,
      )
    const words = state === 'waiting' ? 'waiting' : `${done} of ${of} uploaded, ${percent} %`
    if (words !== said) note(`${words}\n`)
    said = words
    await pause(everyMs)
    latest = await ask({ method: 'GET', path: `/cards/${encodeURIComponent(String(card.card_id))}` })
  }
  return latest
}

/**
 * Resolves to the copy once all that can be had of the card lies in the library.
 * @throws AppError `refused` where it has failed.
 */
export async function copyEnds(copy: JsonObject, { ask, note }: Waiting): Promise<JsonObject> {
  const card = String(copy.card_id)
  let latest = copy
  let said = ''
  while (latest.state === 'copying') {
    const words = `${latest.done} of ${latest.of} copied`
    if (words !== said) note(`${words}\n`)
    said = words
    await pause(everyMs)
    latest = await ask({ method: 'GET', path: `/account/cards/${encodeURIComponent(card)}/copy` })
  }
  if (latest.state !== 'failed') return latest
  throw new AppError(
    'refused',
    `card ${card}: it is not copied: ${String(latest.problem)}; asked for again, it goes on where it was`,
  )
}
