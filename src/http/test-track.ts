import type { Context } from 'koa'
import type { AudioAsked } from '../core/audio-asked.ts'
import { answerAndTell } from './audio-asked.ts'
import { type MemoryBody, serveFinite } from './finite-body.ts'
import type { MediaDoor } from './media-door.ts'

/** What cards play that are made to see whether anybody comes. */
export interface TestTracks {
  /** The card of that key, null for one of no card; undefined for a key that is none of a test. */
  opened(key: string): { readonly card_id: string | null } | undefined
  asked(key: string, request: Pick<AudioAsked, 'method' | 'address' | 'userAgent'>): void
  readonly body: MemoryBody
}

/** Answers with the sound of the test and tells of who asked; whether the key is one of a test. */
export async function serveTestTrack(ctx: Context, door: MediaDoor, key: string): Promise<boolean> {
  const { testTracks, clientAddress, listeners } = door
  const opened = testTracks?.opened(key)
  if (testTracks === undefined || opened === undefined) return false
  const { card_id } = opened
  const address = clientAddress(ctx.req)
  const method = ctx.method === 'HEAD' ? 'HEAD' : 'GET'
  testTracks.asked(key, { method, address, userAgent: ctx.get('User-Agent') })
  // Our own fetch is nothing that has happened in the house.
  const teller = card_id === null ? { clientAddress } : door
  await answerAndTell(ctx, teller, { stream: null, card_id, player: null, place: null }, async () => {
    const listener: [string] = [`test ${key}`]
    const answer = await serveFinite(ctx, { newest: async () => testTracks.body, listener, listeners })
    return answer ?? { fromStart: true, item: null }
  })
  return true
}
