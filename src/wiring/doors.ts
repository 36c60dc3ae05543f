import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FiniteStreams } from '../audio/finite-streams.ts'
import type { Library } from '../audio/library.ts'
import { type Playable, playable } from '../audio/rendition.ts'
import { type SlotPress, SlotStreams } from '../audio/slot-streams.ts'
import { kindOf, type PublishedCards } from '../cards/published.ts'
import { placeAddress } from '../core/card-plan.ts'
import { type Clock, isoOf } from '../core/clock.ts'
import { messageOf } from '../core/error.ts'
import type { PlayerEvent } from '../core/event.ts'
import type { Log } from '../core/log.ts'
import { createPanelApp, type House } from '../http/api/app.ts'
import type { FiniteBody } from '../http/finite-body.ts'
import { Live, type LiveHouse } from '../http/live.ts'
import { createMediaApp, type MediaDoor } from '../http/media.ts'
import { type Door, openDoor } from '../http/server.ts'
import type { Hub } from '../hub.ts'
import type { Options } from '../options.ts'
import type { Started } from './started.ts'

export interface Doors {
  readonly media: Door
  readonly panel: Door
}

/** Takes both ports before anything else starts: a port in use must not be found out after the cloud was bothered. */
export async function openDoors(
  { media, panel }: Pick<Options, 'media' | 'panel'>,
  started: Started,
): Promise<Doors> {
  const open = async (what: string, option: string, { host, port }: { host: string; port: number }) =>
    started.add(what, await openDoor({ host, port, what, option }))
  return {
    media: await open('audio server', 'media.port', media),
    panel: await open('panel', 'panel.port', panel),
  }
}

interface Ground {
  readonly hub: Hub
  readonly library: Library
  readonly cards: PublishedCards
}

interface MediaInput {
  readonly door: Door
  readonly ground: Ground
  readonly shipped: string
  /** Resolves when the rules that this event started have run. */
  readonly runsOf: (event: PlayerEvent) => Promise<void>
  readonly clock: Clock
  readonly log: Log
}

/** Serves the door players come to, until it is stopped: then what they are hearing ends at a frame. */
export async function serveMedia(input: MediaInput): Promise<{ stop(): void }> {
  const clip = await readFile(join(input.shipped, 'audio', 'clips', 'nothing-here-yet.mp3'))
  const closing = new AbortController()
  input.door.serve(createMediaApp(mediaDoor({ ...input, clip, signal: closing.signal })))
  return { stop: () => closing.abort() }
}

interface PanelInput {
  readonly door: Door
  readonly house: House & LiveHouse
  readonly ground: Ground
  readonly options: Options['panel']
  readonly clock: Clock
  readonly log: Log
}

// Built beside the program, and seen from its sources too.
const builtPanel = fileURLToPath(new URL('../../dist/ui/', import.meta.url))
const runBytes = 6

/** Serves the door of panel and REST; whoever looks on is told of changes until it is stopped. */
export function servePanel(input: PanelInput): { healthChanged(): void; stop(): void } {
  const { door, house, ground, options, clock, log } = input
  const live = new Live({ house, run: randomBytes(runBytes).toString('hex'), clock, log: log.for('http') })
  const app = createPanelApp({
    house,
    // A password is refused with the options until there is one.
    auth: options.auth === 'ingress' ? 'ingress' : 'none',
    hosts: options.hosts,
    newest: (stream) => newest(ground, stream),
    listeners: new FiniteStreams<FiniteBody>({ clock }),
    live,
    panel: builtPanel,
    log: log.for('http'),
  })
  live.start()
  door.serve(app)
  return live
}

interface MediaParts extends Pick<MediaInput, 'ground' | 'runsOf' | 'clock' | 'log'> {
  readonly clip: Buffer
  readonly signal: AbortSignal
}

function mediaDoor(parts: MediaParts): MediaDoor {
  const { ground, clip, clock, signal, log } = parts
  return {
    async target(key) {
      const card = ground.cards.byKey(key)
      if (card === undefined) return null
      return { stream: card.stream, card_id: card.card_id, hasSlots: kindOf(card) === 'queue' }
    },
    newest: (stream) => newest(ground, stream, signal),
    slots: slotStreams(parts),
    listeners: new FiniteStreams<FiniteBody>({ clock }),
    listener: (cardId) => ({ player: playerOf(ground, cardId) }),
    nothingHere: async () => clip,
    requested({ stream, player, card_id, head }) {
      if (head) return
      ground.hub.report({ type: 'stream_requested', stream, player, card_id, at: isoOf(clock.now()) })
    },
    log: log.for('media'),
  }
}

function slotStreams({ ground, runsOf, clock, signal, log }: MediaParts): SlotStreams<Playable> {
  const { hub, library } = ground
  return new SlotStreams({
    clock,
    queue: (stream) => hub.queue(stream),
    step: (stream, mutation) => hub.mutateQueue(stream, mutation, 'a press'),
    async body(file) {
      const lookup = await library.find(file)
      return lookup.state === 'ready' ? playable([lookup.file], library, signal) : null
    },
    async pressed(press) {
      const event = buttonEvent(press, isoOf(clock.now()))
      hub.report(event)
      await runsOf(event)
    },
    failed: (stream, error) =>
      log.for('media').error('what a press asks for could not be done', { stream, error: messageOf(error) }),
  })
}

function buttonEvent({ stream, player, card_id, slot, button }: SlotPress, at: string): PlayerEvent {
  const { chapter_key, track_key } = placeAddress(slot)
  const on = { card_id, chapter_key, track_key }
  return { type: 'button', button, confidence: 1, via: 'http', player, stream, at, ...on }
}

/** What the stream can play now: nothing while it is closed, and never a file that is missing or broken. */
async function newest(
  { hub, library }: Ground,
  stream: string,
  signal?: AbortSignal,
): Promise<Playable | null> {
  const queue = hub.queue(stream)
  if (queue === undefined || queue.closed) return null
  const found = await Promise.all(queue.items.map((item) => library.find(item.file)))
  const files = found.flatMap((lookup) => (lookup.state === 'ready' ? [lookup.file] : []))
  return playable(files, library, signal)
}

/** A request names no player; the only one that is on with this card must be the one. */
function playerOf({ hub }: Ground, cardId: string | null): string | null {
  if (cardId === null) return null
  const holders = hub.players().filter((player) => player.online && player.card_id === cardId)
  return holders.length === 1 ? (holders[0]?.id ?? null) : null
}
