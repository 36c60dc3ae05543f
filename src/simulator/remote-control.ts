import { placeOf, readCard } from './card.ts'
import type { CardStore } from './card-store.ts'
import {
  acknowledgement,
  type BluetoothAction,
  type Commanded,
  isQuestion,
  obey,
  type PlayRequest,
} from './commands.ts'
import type { Doubts } from './doubts.ts'
import type { Playback } from './playback.ts'
import type { ResumePoints } from './resume-points.ts'
import type { SleepTimer } from './sleep-timer.ts'
import type { Voice } from './voice.ts'
import type { Volume } from './volume.ts'

interface RemoteControlParts {
  /** A Mini has no light (yoto-protocol §2.2). */
  readonly hasLight: boolean
  readonly doubts: Pick<Doubts, 'refusesCommands' | 'refusesSomeCommands'>
  readonly cards: Pick<CardStore, 'get'>
  readonly playback: Playback
  readonly resumePoints: ResumePoints
  readonly volume: Volume
  readonly sleepTimer: SleepTimer
  readonly voice: Voice
  /** Whether the player hears commands. */
  readonly awake: () => boolean
  /** Begins after the acknowledgement has gone out. */
  readonly reboot: () => void
}

const refusedCommand = 4

/** What a player does when it is told from afar. */
export class RemoteControl implements Commanded {
  readonly #parts: RemoteControlParts
  #nightlight = 'off'
  #bluetooth: 'off' | 'on' | 'connected' = 'off'
  #picture: string | null = null
  #commands: Promise<void> = Promise.resolve()
  #heard = 0

  constructor(parts: RemoteControlParts) {
    this.#parts = parts
  }

  /** `off` or `0xRRGGBB`. */
  get nightlight(): string {
    return this.#nightlight
  }

  /** Whether headphones or a loudspeaker are connected by Bluetooth. */
  get hasBluetoothSound(): boolean {
    return this.#bluetooth === 'connected'
  }

  /** The icon that it was told to show last. */
  get picture(): string | null {
    return this.#picture
  }

  /** Takes a message on `device/<id>/command/<name>`. One command is done before the next begins. */
  command(name: string, text: string): Promise<void> {
    const { awake, voice } = this.#parts
    const done = this.#commands.then(async () => {
      if (!awake()) return
      const refused = this.#refuses(name)
      const answer = refused ? acknowledgement(name, text, false) : await obey(this, name, text)
      voice.acknowledge(answer, isQuestion(name))
    })
    // One that fails must not hold up those behind it.
    this.#commands = done.catch(() => {})
    return done
  }

  #refuses(name: string): boolean {
    if (isQuestion(name)) return false
    const { refusesCommands, refusesSomeCommands } = this.#parts.doubts
    this.#heard++
    return refusesCommands || (refusesSomeCommands && this.#heard % refusedCommand === 0)
  }

  requestEvents(): boolean {
    this.#parts.voice.answerEvents()
    return true
  }

  requestStatus(topic: 'data/status' | 'status/full'): boolean {
    this.#parts.voice.answerStatus(topic)
    return true
  }

  setVolumePercent(percent: number): boolean {
    this.#parts.volume.setPercent(percent)
    return true
  }

  setLight(hex: string): boolean {
    if (!this.#parts.hasLight) return false
    this.#nightlight = hex === '000000' ? 'off' : `0x${hex}`
    return true
  }

  /** Something to connect to is always near, unless it was forgotten with the other bonds. */
  switchBluetooth(action: BluetoothAction, mode?: true | 'bt_speaker'): boolean {
    const was = this.#bluetooth
    switch (action) {
      case 'on':
        this.#bluetooth = mode === true ? 'connected' : 'on'
        return true
      case 'off':
        this.#bluetooth = 'off'
        return true
      case 'connect':
        if (was !== 'off') this.#bluetooth = 'connected'
        return was !== 'off'
      case 'disconnect':
      case 'delete-bonds':
        if (was === 'connected') this.#bluetooth = 'on'
        return was !== 'off'
      case 'state':
        return true
    }
  }

  showPicture(uri: string): boolean {
    this.#picture = uri
    return true
  }

  setSleepTimer(seconds: number): boolean {
    this.#parts.sleepTimer.set(seconds)
    this.#parts.voice.changed(['sleepTimerActive'])
    return true
  }

  reboot(): boolean {
    this.#parts.reboot()
    return true
  }

  async play(request: PlayRequest): Promise<boolean> {
    const { cards, playback, resumePoints } = this.#parts
    const stored = await cards.get(request.cardId)
    if (stored === undefined) return false
    const card = readCard(stored)
    const place = request.chapterKey === undefined ? 0 : placeOf(card, request.chapterKey, request.trackKey)
    if (place === undefined) return false
    resumePoints.keep(playback)
    const from = { seconds: request.secondsIn, byte: 0 }
    playback.start({ card, source: 'remote', place, from, anyButtonStop: request.anyButtonStop })
    return true
  }

  pause(): boolean {
    return this.#parts.playback.pause()
  }

  resume(): boolean {
    return this.#parts.playback.resume()
  }

  stop(): boolean {
    const { playback, resumePoints } = this.#parts
    resumePoints.keep(playback)
    return playback.stop()
  }
}
