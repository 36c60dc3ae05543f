import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FiniteStreams } from './audio/finite-streams.ts'
import { type Playable, playable } from './audio/rendition.ts'
import type { Clock } from './core/clock.ts'
import type { Log } from './core/log.ts'
import { isoOf } from './core/transition.ts'
import type { Ground } from './ground.ts'
import { createPanelApp, type House } from './http/api/app.ts'
import { createMediaApp, type FiniteBody, type MediaDoor } from './http/media.ts'
import { type Listener, listen } from './http/server.ts'
import type { Options } from './options.ts'

interface MediaInput {
  readonly ground: Ground
  readonly options: Options['media']
  readonly shipped: string
  readonly clock: Clock
  readonly log: Log
}

/** The door players come to. */
export function openMediaDoor({ ground, options, shipped, clock, log }: MediaInput): Promise<Listener> {
  const app = createMediaApp(mediaDoor({ ground, shipped, clock, log }))
  return listen({ app, host: options.host, port: options.port, what: 'audio server', option: 'media.port' })
}

interface PanelInput {
  readonly house: House
  readonly ground: Ground
  readonly options: Options['panel']
  readonly clock: Clock
  readonly log: Log
}

/** The door of panel and REST. */
export function openPanelDoor({ house, ground, options, clock, log }: PanelInput): Promise<Listener> {
  const app = createPanelApp({
    house,
    // A password is refused with the options until there is one.
    auth: options.auth === 'ingress' ? 'ingress' : 'none',
    hosts: options.hosts,
    newest: (stream) => newest(ground, stream),
    listeners: new FiniteStreams<FiniteBody>({ clock }),
    log: log.for('http'),
  })
  return listen({ app, host: options.host, port: options.port, what: 'panel', option: 'panel.port' })
}

function mediaDoor(input: { ground: Ground; shipped: string; clock: Clock; log: Log }): MediaDoor {
  const { ground, shipped, clock, log } = input
  let clip: Promise<Buffer> | undefined
  return {
    async target(key) {
      const card = ground.cards.byKey(key)
      return card === undefined ? null : { stream: card.stream, card_id: card.card_id }
    },
    newest: (stream) => newest(ground, stream),
    listeners: new FiniteStreams<FiniteBody>({ clock }),
    listener: (cardId) => ({ player: playerOf(ground, cardId) }),
    nothingHere: () => {
      clip ??= readFile(join(shipped, 'audio', 'clips', 'nothing-here-yet.mp3'))
      return clip
    },
    requested({ stream, player, card_id, head }) {
      if (head) return
      ground.hub.report({ type: 'stream_requested', stream, player, card_id, at: isoOf(clock.now()) })
    },
    log: log.for('media'),
  }
}

/** What the stream can play now: nothing while it is closed, and never a file that is missing or broken. */
async function newest({ hub, library }: Ground, stream: string): Promise<Playable | null> {
  const queue = hub.queue(stream)
  if (queue === undefined || queue.closed) return null
  const found = await Promise.all(queue.items.map((item) => library.find(item.file)))
  const files = found.flatMap((lookup) => (lookup.state === 'ready' ? [lookup.file] : []))
  return playable(files, library)
}

/** A request names no player; the only one that is on with this card must be the one. */
function playerOf({ hub }: Ground, cardId: string | null): string | null {
  if (cardId === null) return null
  const holders = hub.players().filter((player) => player.online && player.card_id === cardId)
  return holders.length === 1 ? (holders[0]?.id ?? null) : null
}
