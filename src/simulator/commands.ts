import { type JsonObject, parseJsonObject } from '../core/json.ts'

/** What commands can make a player do; false means that it would or could not. */
export interface Commanded {
  requestEvents(): boolean
  requestStatus(topic: 'data/status' | 'status/full'): boolean
  setVolumePercent(percent: number): boolean
  /** Six hexadecimal digits. */
  setLight(hex: string): boolean
  setSleepTimer(seconds: number): boolean
  /** `mode`, when it is switched on: whether the player sends its sound somewhere or plays that of others. */
  switchBluetooth(action: BluetoothAction, mode?: true | 'bt_speaker'): boolean
  showPicture(uri: string): boolean
  reboot(): boolean
  play(request: PlayRequest): Promise<boolean>
  pause(): boolean
  resume(): boolean
  stop(): boolean
}

export type BluetoothAction = 'on' | 'off' | 'connect' | 'disconnect' | 'delete-bonds' | 'state'

export interface PlayRequest {
  readonly cardId: string
  readonly chapterKey: string | undefined
  readonly trackKey: string | undefined
  readonly secondsIn: number
  readonly anyButtonStop: boolean
}

/** Carries a command out and gives the payload of its acknowledgement. `name` is what follows `command/`. */
export async function obey(player: Commanded, name: string, text: string): Promise<JsonObject> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  const done = command !== undefined && (await command.run(player, parseJsonObject(text) ?? {}))
  return acknowledgement(name, text, done)
}

/** The acknowledgement of a command: its internal name, not that of the topic, and the request as text. */
export function acknowledgement(name: string, text: string, done: boolean): JsonObject {
  const internal = Object.hasOwn(commands, name) ? commands[name]?.internal : undefined
  return { status: { [internal ?? name]: done ? 'OK' : 'FAIL', req_body: text } }
}

/** Whether a command only asks the player to speak. */
export function isQuestion(name: string): boolean {
  return name.endsWith('/request') || name === 'status'
}

interface Command {
  /** Captured for events, status/request, set-volume, card-play, card-pause; the others follow the older topic names. */
  readonly internal: string
  run(player: Commanded, body: JsonObject): boolean | Promise<boolean>
}

const commands: Readonly<Record<string, Command>> = {
  'events/request': { internal: 'events', run: (player) => player.requestEvents() },
  'status/request': {
    internal: 'status/request',
    run: (player) => player.requestStatus('data/status'),
  },
  status: { internal: 'status', run: (player) => player.requestStatus('status/full') },
  'volume/set': {
    internal: 'set-volume',
    run: (player, body) => within(body.volume, 100) && player.setVolumePercent(Number(body.volume)),
  },
  'ambients/set': {
    internal: 'ambients',
    run: (player, { r, g, b }) =>
      [r, g, b].every((value) => within(value, 255)) && player.setLight([r, g, b].map(hexByte).join('')),
  },
  'sleep-timer/set': {
    internal: 'sleep',
    run: (player, body) => within(body.seconds, 86_400) && player.setSleepTimer(Number(body.seconds)),
  },
  'bluetooth/on': {
    internal: 'bluetooth-on',
    run: (player, { action, mode }) =>
      action === 'on' && (mode === true || mode === 'bt_speaker') && player.switchBluetooth('on', mode),
  },
  'bluetooth/off': bluetooth('off'),
  'bluetooth/connect': bluetooth('connect'),
  'bluetooth/disconnect': bluetooth('disconnect'),
  'bluetooth/delete-bonds': bluetooth('delete-bonds'),
  'bluetooth/state': bluetooth('state'),
  'display/preview': {
    internal: 'display-preview',
    run: (player, { uri, timeout, animated }) =>
      typeof uri === 'string' &&
      uri !== '' &&
      within(timeout, 3600) &&
      (animated === 0 || animated === 1) &&
      player.showPicture(uri),
  },
  reboot: { internal: 'restart', run: (player) => player.reboot() },
  'card/start': {
    internal: 'card-play',
    run: (player, body) => {
      const request = playRequest(body)
      return request !== undefined && player.play(request)
    },
  },
  'card/pause': { internal: 'card-pause', run: (player) => player.pause() },
  'card/resume': { internal: 'card-resume', run: (player) => player.resume() },
  'card/stop': { internal: 'card-stop', run: (player) => player.stop() },
}

function bluetooth(action: BluetoothAction): Command {
  return { internal: `bluetooth-${action}`, run: (player) => player.switchBluetooth(action) }
}

function within(value: unknown, most: number): boolean {
  return typeof value === 'number' && value >= 0 && value <= most
}

function hexByte(value: unknown): string {
  return Math.round(Number(value)).toString(16).padStart(2, '0')
}

function playRequest(body: JsonObject): PlayRequest | undefined {
  if (typeof body.uri !== 'string') return undefined
  const cardId = /^https:\/\/yoto\.io\/([A-Za-z0-9]+)$/.exec(body.uri)?.[1]
  if (cardId === undefined) return undefined
  const { chapterKey, trackKey, secondsIn = 0, anyButtonStop } = body
  const keysRead = [chapterKey, trackKey].every((key) => key === undefined || typeof key === 'string')
  if (!keysRead || !within(secondsIn, 1e6)) return undefined
  return {
    cardId,
    chapterKey: typeof chapterKey === 'string' ? chapterKey : undefined,
    trackKey: typeof trackKey === 'string' ? trackKey : undefined,
    secondsIn: Number(secondsIn),
    anyButtonStop: anyButtonStop === true,
  }
}
