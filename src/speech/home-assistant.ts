import { isJsonObject, parseJsonObject } from '../core/json.ts'
import { mostSoundBytes, type Speaking, SpeechFault, type SpeechProvider, tooLong } from './provider.ts'

/** Where Home Assistant is reached, with what it lets us in by. */
interface Access {
  /** What stands before `/api`: `http://supervisor/core` inside Home Assistant. */
  readonly address: string
  readonly token: string
  /** Whether the Supervisor, which gives another token at each start, stands between. */
  readonly isSupervised: boolean
}

/** An engine of speech in Home Assistant, and which of its voices. */
interface Engine {
  readonly engine: string
  readonly voice: string | null
}

/** Why nothing is said where nobody has chosen a voice and none stays in the house, which is nothing to mend. */
export const noEngine =
  'Home Assistant has no speech that stays in the house: install Piper there, or name the entity that is to speak in speech.voice'

// The states of a large house are a few MB.
const mostJsonBytes = 32 * 1024 * 1024
const voiceForm = /^(?<engine>[a-z0-9_]{1,100}(?:\.[a-z0-9_]{1,150})?)(?:\/(?<voice>.{1,100}))?$/
const soundPath = /^\/api\/tts_proxy\/[\w.~%-]+$/
const chooseVoice = 'set speech.voice to the entity that is to speak, such as tts.piper'

/**
 * The speech of Home Assistant: `/api/tts_get_url`, then the sound at the path that it names
 * (https://www.home-assistant.io/integrations/tts/#rest-api). A voice is an engine, `tts.piper`, or one of its voices:
 * `tts.piper/en_GB-alba-medium`. Where none is named, Piper, which speaks in the house; else nobody speaks.
 */
export function homeAssistantSpeech(access: Access): SpeechProvider {
  let first: string | null = null
  return {
    id: 'home_assistant',
    async speak(text, { voice: named, language, signal }) {
      if (named === null) first ??= await firstEngine(access, signal)
      const { engine, voice } = engineOf(named ?? first ?? '')
      const asked = await ask(access, {
        path: '/api/tts_get_url',
        body: {
          engine_id: engine,
          message: text,
          // It is kept here.
          cache: false,
          ...(language === null ? {} : { language }),
          options: { preferred_format: 'wav', ...(voice === null ? {} : { voice }) },
        },
        signal,
      })
      if (asked.status !== 200) {
        first = null
        throw new SpeechFault('provider', refusalOf(asked, { access, engine }))
      }
      const { path } = parseJsonObject(asked.body.toString('utf8')) ?? {}
      if (typeof path !== 'string' || !soundPath.test(path))
        throw new SpeechFault('provider', 'Home Assistant does not say where the sound is')
      const sound = await ask(access, { path, signal, most: mostSoundBytes })
      if (sound.status === 200 && sound.body.length > 0) return sound.body
      throw new SpeechFault(
        'provider',
        `${engine} of Home Assistant gives no sound (${sound.status}): see its log`,
      )
    },
  }
}

function engineOf(named: string): Engine {
  const { engine, voice } = voiceForm.exec(named)?.groups ?? {}
  if (engine === undefined)
    throw new SpeechFault(
      'provider',
      `speech.voice: ${JSON.stringify(named.slice(0, 80))} is no speech of Home Assistant; ${chooseVoice}`,
    )
  return { engine, voice: voice ?? null }
}

async function firstEngine(access: Access, signal: AbortSignal): Promise<string> {
  const answer = await ask(access, { path: '/api/states', signal })
  if (answer.status !== 200)
    throw new SpeechFault('provider', refusalOf(answer, { access, engine: 'speech' }))
  const names = entitiesIn(answer.body).filter((name) => name.startsWith('tts.'))
  // Others may send the words to a company, which somebody has to choose.
  const [engine] = names.filter(isLocal).sort()
  if (engine !== undefined) return engine
  throw new SpeechFault('provider', noEngine)
}

function isLocal(engine: string): boolean {
  return engine.startsWith('tts.piper')
}

function entitiesIn(body: Buffer): string[] {
  try {
    const states: unknown = JSON.parse(body.toString('utf8'))
    if (!Array.isArray(states)) return []
    return states.flatMap((state: unknown) =>
      isJsonObject(state) && typeof state.entity_id === 'string' ? [state.entity_id] : [],
    )
  } catch {
    return []
  }
}

interface Answer {
  readonly status: number
  readonly body: Buffer
}

function refusalOf(
  { status, body }: Answer,
  { access, engine }: { readonly access: Access; readonly engine: string },
): string {
  if (status === 401 || status === 403)
    return access.isSupervised
      ? `Home Assistant does not let this app in (${status}): restart the app`
      : `Home Assistant does not take the token of the option homeassistant.token (${status}): make another long-lived token there, and set it`
  if (status >= 502) return `Home Assistant is not there yet (${status})`
  const { message, error } = parseJsonObject(body.toString('utf8')) ?? {}
  const said = [message, error].find((words) => typeof words === 'string' && words !== '')
  const why = typeof said === 'string' ? said.slice(0, 200) : `status ${status}`
  return `${engine} of Home Assistant does not speak (${why}): ${chooseVoice}`
}

interface Asked {
  readonly path: string
  readonly signal: Speaking['signal']
  /** What is posted; without it the call is a GET. */
  readonly body?: object
  /** Bytes of the answer. */
  readonly most?: number
}

async function ask(
  { address, token }: Access,
  { path, body, signal, most = mostJsonBytes }: Asked,
): Promise<Answer> {
  try {
    const answer = await fetch(`${address}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'error',
      signal,
    })
    return { status: answer.status, body: await bodyOf(answer, most) }
  } catch (cause) {
    signal.throwIfAborted()
    if (cause instanceof SpeechFault) throw cause
    // Causes of fetch say little to people, and one of them differs from try to try.
    throw new SpeechFault('provider', 'Home Assistant does not answer', { cause })
  }
}

async function bodyOf(answer: Response, most: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of answer.body ?? []) {
    length += chunk.byteLength
    if (length > most) throw tooLong()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
