import { describe, expect, test } from 'vitest'
import type { AddressCheckView } from '../../src/core/address-check.ts'
import { judgeAddress } from '../../src/core/public-address.ts'
import type { AddressView } from '../../src/http/api/address-check.ts'
import { firstSteps } from '../../src/http/api/first-steps.ts'
import { openPasswordDoor } from '../support/password-door.ts'

type Facts = Parameters<typeof firstSteps>[0]

const at = '2026-11-21T10:00:00.000+00:00'
const app = { redirect_uri: 'http://127.0.0.1:8787/callback', scopes: ['openid'] }
const account = { state: 'signed_in', reason: null, simulated: false, problem: null } as const
const heard = { card_id: 'c1', title: 'Sunny', player: 'y1', at }

const check: AddressCheckView = {
  ...{ id: 'a', card_id: 'c0', title: 'test', player: null, started_at: at, state: 'waiting' },
  ...{ fetched: null, own_fetch: { state: 'ok', fault: null }, likely_cause: null, card: 'in_account' },
}

function addressOf(address: string, account: AddressView['account'] = 'yoto'): AddressView {
  const verdict = judgeAddress({ address, isGiven: true, consents: [] })
  const publishable = account !== 'yoto' || verdict.fault === null
  return { ...verdict, address, from: 'public_url', publishable, account }
}

const withFacts = (facts: Partial<Facts>) =>
  firstSteps({
    ...{ account, check: null, cards: [], app },
    ...{ address: addressOf('https://audio.example.org'), heard: { card: null, reached_at: null } },
    ...facts,
  })

const statesOf = ({ sign_in, address, card }: ReturnType<typeof firstSteps>) => [
  sign_in.state,
  address.state,
  card.state,
]

describe('the first steps', () => {
  test.each<[string, Partial<Facts>, string[]]>([
    ['signed in', {}, ['done', 'now', 'now']],
    ['no client id', { account: { ...account, state: 'not_set_up' } }, ['now', 'waiting', 'waiting']],
    ['signing in', { account: { ...account, state: 'pending' } }, ['now', 'waiting', 'waiting']],
    [
      'signed out by somebody',
      { account: { ...account, state: 'signed_out' } },
      ['now', 'waiting', 'waiting'],
    ],
    [
      'refused by Yoto',
      { account: { ...account, state: 'signed_out', reason: 'access_denied' } },
      ['trouble', 'waiting', 'waiting'],
    ],
    [
      'a sign-in that has ended',
      { account: { ...account, state: 'sign_in_again', reason: 'invalid_grant' } },
      ['trouble', 'waiting', 'waiting'],
    ],
    [
      'simulated players, whose address may be any',
      { account: { ...account, simulated: true }, address: addressOf('http://127.0.0.1:8098', 'simulated') },
      ['not_needed', 'now', 'now'],
    ],
    ['plain http', { address: addressOf('http://192.168.1.20:8098') }, ['done', 'trouble', 'waiting']],
    [
      'an address for an account that is still to come',
      {
        account: { ...account, state: 'not_set_up' },
        address: addressOf('http://192.168.1.20:8098', 'none'),
      },
      ['now', 'trouble', 'waiting'],
    ],
    ['a test card that is out', { check }, ['done', 'waiting', 'now']],
    [
      'one that only the app has fetched',
      { check: { ...check, state: 'fetched', fetched: { at, by: 'app', from: 'internet' } } },
      ['done', 'now', 'now'],
    ],
    [
      'one that nobody has fetched',
      {
        check: {
          ...check,
          state: 'not_fetched',
          likely_cause: { cause: 'refused', words: 'nothing listens' },
        },
      },
      ['done', 'trouble', 'now'],
    ],
    [
      'one that a player came for later',
      {
        check: {
          ...check,
          state: 'not_fetched',
          likely_cause: { cause: 'refused', words: 'nothing listens' },
        },
        heard: { card: null, reached_at: at },
      },
      ['done', 'done', 'now'],
    ],
    ['a card that waits to be heard', { cards: [{ card_id: 'c1', title: 'Sunny' }] }, ['done', 'now', 'now']],
    ['a card that was heard', { heard: { card: heard, reached_at: at } }, ['done', 'done', 'done']],
    [
      'a card that was heard, from an address that may not be any more',
      { address: addressOf('http://nas.local'), heard: { card: heard, reached_at: at } },
      ['done', 'trouble', 'done'],
    ],
  ])('with %s', (_name, facts, states) => {
    const view = withFacts(facts)
    expect(statesOf(view)).toEqual(states)
    expect(view.done).toBe(states.every((state) => state === 'done' || state === 'not_needed'))
  })

  test('say what is in the way, in the words of who found it', () => {
    const address = addressOf('http://192.168.1.20:8098')
    const refused = withFacts({ address })
    expect(refused.address.problem).toBe(address.fault?.words)
    expect(refused.card.waits_for).toBe('address')
    const likely_cause = { cause: 'refused', words: 'nothing listens' } as const
    expect(withFacts({ check: { ...check, state: 'not_fetched', likely_cause } }).address.problem).toBe(
      'nothing listens',
    )
    const out = withFacts({ account: { ...account, state: 'pending' }, address })
    expect(out.card.waits_for).toBe('sign_in')
    expect(withFacts({}).card.waits_for).toBeNull()
  })

  test('tell of cards no more than their names', () => {
    const card = { card_id: 'c1', title: 'Sunny', key: 'secret' }
    expect(withFacts({ cards: [card] }).card.cards).toEqual([{ card_id: 'c1', title: 'Sunny' }])
  })
})

test('an admin gets them over REST', async () => {
  const door = await openPasswordDoor()
  const { status, body } = await door.ask({ path: '/first-steps', cookie: await door.cookieOf('admin') })
  await door.stop()
  expect(status).toBe(200)
  expect(body).toMatchObject({
    done: false,
    sign_in: { state: 'now', account: 'not_set_up' },
    address: { state: 'waiting', address: 'http://127.0.0.1:8098', reached_at: null },
    card: { state: 'waiting', waits_for: 'sign_in', heard: null },
  })
})
