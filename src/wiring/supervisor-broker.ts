import type { Endpoint } from '../broker/connection.ts'
import { hostInUrl } from '../core/address.ts'
import { AppError } from '../core/error.ts'
import { isJsonObject, type JsonObject, parseJsonObject } from '../core/json.ts'
import { askSupervisor, type Supervisor } from './supervisor.ts'

/** Where a broker is and who may come in. */
export type SupervisorBroker = Pick<Endpoint, 'url' | 'username' | 'password'>

const setUrl = 'set mqtt.url to the address of a broker'
const wayOut = 'install the Mosquitto app in Home Assistant and start it, or set mqtt.url'

/**
 * Asks the Supervisor which broker it has (`GET /services/mqtt`); address and password change over time.
 * @throws AppError `unavailable` with words for people that name the way out.
 */
export async function supervisorBroker(
  supervisor: Supervisor,
  signal: AbortSignal,
): Promise<SupervisorBroker> {
  const call = { path: '/services/mqtt', signal, wayOut: `without it, ${setUrl}` }
  const { status, text } = await askSupervisor(supervisor, call)
  const answer = parseJsonObject(text) ?? {}
  if (status !== 200 || answer.result !== 'ok') throw refusal(status, answer)
  const broker = isJsonObject(answer.data) ? brokerIn(answer.data) : undefined
  if (broker === undefined)
    throw new AppError(
      'unavailable',
      'the Supervisor told of a broker without host and port: restart the Mosquitto app, or set mqtt.url',
    )
  return broker
}

function refusal(status: number, { message }: JsonObject): AppError {
  if (status === 401 || status === 403)
    return new AppError(
      'unavailable',
      `the Supervisor does not tell this app of its broker (${status}): restart the app, or ${setUrl}`,
    )
  if (status >= 500)
    return new AppError('unavailable', `the Supervisor is not ready yet (${status}): wait, or ${setUrl}`)
  const said = typeof message === 'string' && message !== '' ? message.slice(0, 100) : `status ${status}`
  return new AppError('unavailable', `Home Assistant has no broker (${said}): ${wayOut}`)
}

function brokerIn({ host, port, ssl, username, password }: JsonObject): SupervisorBroker | undefined {
  // The port has been seen as a number and as a text.
  const number = Number(port)
  if (typeof host !== 'string' || host === '' || !Number.isInteger(number) || number < 1 || number > 65_535)
    return undefined
  const url = `${ssl === true ? 'mqtts' : 'mqtt'}://${hostInUrl(host)}:${number}`
  if (!URL.canParse(url)) return undefined
  return {
    url,
    ...(typeof username === 'string' && username !== '' ? { username } : {}),
    ...(typeof password === 'string' && password !== '' ? { password } : {}),
  }
}
