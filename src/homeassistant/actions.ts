import { AppError } from '../core/error.ts'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import type { HomeAssistantLink } from './link.ts'

/** An action of Home Assistant with what it is about. */
export interface ActionCall {
  /** `light.turn_on`. */
  readonly action: string
  /** `{entity_id: …}`, `{area_id: …}` and so on. */
  readonly target: JsonObject
  readonly data: JsonObject
}

/** Why rules may not call an action, and what to do; null where they may. `allow`: domains. */
export function actionFault(
  action: string,
  allow: readonly string[],
): { readonly message: string; readonly help: string } | null {
  const domain = domainOf(action)
  if (allow.includes(domain)) return null
  const known = allow.length === 0 ? 'none are' : `${allow.join(', ')} are`
  return {
    message: `rules may not call "${action.slice(0, 100)}": the domain "${domain.slice(0, 50)}" is not among those of the option homeassistant.allow`,
    help: `${known} allowed; add ${domain.slice(0, 50)} to homeassistant.allow if rules may do all that it can do`,
  }
}

function domainOf(action: string): string {
  return action.split('.')[0] ?? ''
}

// However long it took to be connected.
const leastMs = 1_000

/**
 * Calls an action, and waits until Home Assistant has done it. It is sent once and never again: a light that is toggled
 * twice is as it was.
 * @throws AppError `refused` where Home Assistant says no, `unavailable` where it does not answer at all, `unanswered`
 * where it was told and is not done in time, and may do it all the same.
 */
export async function callAction(link: HomeAssistantLink, call: ActionCall): Promise<void> {
  const { action, target, data } = call
  const [domain = '', service = ''] = action.split('.')
  const began = performance.now()
  const session = await link.session()
  const withinMs = Math.max(leastMs, link.answerMs - (performance.now() - began))
  const command = {
    type: 'call_service',
    ...{ domain, service },
    ...(Object.keys(target).length === 0 ? {} : { target }),
    ...(isJsonObject(data) && Object.keys(data).length > 0 ? { service_data: data } : {}),
  }
  await session.ask(command, { withinMs }).catch((error) => {
    if (!(error instanceof AppError)) throw error
    const doubt = error.code === 'unanswered' ? '; it may have been done all the same' : ''
    throw new AppError(error.code, `${action}: ${error.message}${doubt}`)
  })
}
