import type { Endpoint } from '../broker/connection.ts'
import { hostInUrl } from '../core/address.ts'
import { AppError } from '../core/error.ts'
import { isJsonObject, type JsonObject, parseJsonObject } from '../core/json.ts'

/** Home Assistant's Supervisor, as the app it started may call it. */
export interface Supervisor {
  /** `http://supervisor` inside Home Assistant. */
  readonly address: string
  /** New at every start of the app. */
  readonly token: string
}

/** Where a broker is and who may come in. */
export type SupervisorBroker = Pick<Endpoint, 'url' | 'username' | 'password'>

const wayOut = 'install the Mosquitto app in Home Assistant and start it, or set mqtt.url'
const answerMs = 5000

/**
 * Asks the Supervisor which broker it has (`GET /services/mqtt`); address and password change over time.
 * @throws AppError `unavailable` with words for people that name the way out.
 */
export async function supervisorBroker(
  { address, token }: Supervisor,
  signal: AbortSignal,
): Promise<SupervisorBroker> {
  const { status, text } = await asked(`${address}/services/mqtt`, { token, signal })
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

async function asked(
  url: string,
  { token, signal }: { token: string; signal: AbortSignal },
): Promise<{ status: number; text: string }> {
  try {
    const answer = await fetch(url, {
      headers: { authorization: `Bearer ${token}` },
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
    })
    return { status: answer.status, text: await answer.text() }
  } catch (cause) {
    // Causes of fetch say little to people, and one of them differs from try to try.
    throw new AppError(
      'unavailable',
      `the Supervisor of Home Assistant does not answer; without it, ${setUrl}`,
      {
        cause,
      },
    )
  }
}

const setUrl = 'set mqtt.url to the address of a broker'

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
