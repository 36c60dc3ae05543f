import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CardRequest } from '../src/cards/change.ts'
import type { TrackOnCard } from '../src/cards/track-on-card.ts'
import { AppError } from '../src/core/error.ts'
import { type AccountHouse, openAccountHouse } from './support/account-house.ts'

let house: AccountHouse

beforeEach(async () => {
  house = await openAccountHouse()
})

afterEach(() => house.stop())

const lost = { call: /^POST .content$/, status: 200, done: true, cut: 0.3, times: 1 }

const cardOf = (tracks: readonly TrackOnCard[], title = 'Car'): CardRequest => ({
  ...{ stream: null, title, kind: 'tracks', chapters: 0, tracks },
})

/** A track whose audio lies in the account. */
async function uploaded(): Promise<TrackOnCard> {
  const frame = Buffer.concat([Buffer.from([0xff, 0xfb, 0x94, 0x64])], 384)
  const bytes = Buffer.alloc(500 * frame.length, frame)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const file = { sha256, filename: 'a.mp3', type: 'audio/mpeg', size: bytes.length } as const
  const open = async () => Readable.from([bytes])
  const signal = new AbortController().signal
  const media = await house.cards.uploaded.ensure({ ...file, open }, { signal, onProgress: () => undefined })
  return { title: 'A', plays: { file: 'a.mp3' }, audio: 'uploaded', media: { ...media, etag: 'a' } }
}

const theirs = async (): Promise<TrackOnCard> => ({
  title: 'Radio',
  plays: { url: 'https://radio.example.org/live.mp3' },
})
const ids = async () => (await house.link.cards()).map(({ cardId }) => cardId).sort()

describe('a card whose making was answered by nobody', () => {
  test.each([
    ['plays from here', async (): Promise<TrackOnCard> => ({ title: 'S', plays: { stream: 'attic' } })],
    ['lies at Yoto', uploaded],
    ['plays from somebody else', theirs],
  ])('is found, where it %s', async (_, trackOf) => {
    const { published } = house.cards
    const request = cardOf([await trackOf()])
    // One that was there before, and one that nobody here has made.
    const before = await published.publish(request)
    const copy = await house.link.saveCard(published.planOf(before), null)
    house.cloud.restTrouble.add(lost)
    const made = await published.publish(request)
    expect(await ids()).toEqual(['odd01', before.card_id, copy, made.card_id].sort())
    expect(new Set(published.list().map(({ card_id }) => card_id))).toEqual(
      new Set([before.card_id, made.card_id]),
    )
  })

  test('is not found in what plays other audio, or the same under another title', async () => {
    const { published } = house.cards
    const { link } = house
    const [track, other] = [await uploaded(), await theirs()]
    const first = await published.publish(cardOf([track], 'First'))
    const save = link.saveCard.bind(link)
    // In the very moment somebody else makes these, and ours does not arrive.
    link.saveCard = async () => {
      link.saveCard = save
      await save(published.planOf({ ...first, title: 'Car', tracks: [track, other] }), null)
      await save(published.planOf({ ...first, title: 'Bus' }), null)
      throw new AppError('unavailable', 'the line is bad')
    }
    await expect(published.publish(cardOf([track]))).rejects.toThrow('the line is bad')
    expect(published.list()).toEqual([first])
    expect(await ids()).toHaveLength(4)
  })

  test('two at once are two', async () => {
    const { published } = house.cards
    const request = cardOf([await theirs()])
    house.cloud.restTrouble.add({ ...lost, times: 2 })
    const made = await Promise.all([published.publish(request), published.publish(request)])
    expect(new Set(made.map(({ card_id }) => card_id)).size).toBe(2)
    expect(await ids()).toHaveLength(3)
  })
})
