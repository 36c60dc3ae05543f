import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { accountFault } from '../../ui/account-fault.ts'
import { healthView } from '../../ui/health.ts'
import { isForAccountPage, problemText } from '../../ui/problem.ts'
import { type Language, languages, sayIn, type TextTree } from '../../ui/text.ts'

const say = Object.fromEntries(languages.map((language) => [language, sayIn(language, treeOf(language))]))

function treeOf(language: Language): TextTree {
  const file = fileURLToPath(new URL(`../../translations/${language}.yaml`, import.meta.url))
  return (parse(readFileSync(file, 'utf8')) as { panel: TextTree }).panel
}

/** What a reader of the panel is told of one problem. */
function told(
  language: Language,
  name: string,
  cloud: Readonly<Record<string, unknown>>,
): string | undefined {
  const view = healthView({ cloud, problems: ['as given'], problem_names: [name] })
  const words = say[language]
  return words && view.problems.map((problem) => problemText(problem, view, words))[0]
}

const code = { url: 'https://yoto.io/pair', code: 'BCDF-GHJK' }
const why = { account_reason: 'invalid_grant' }

describe.each<[Language, readonly (readonly [string, string, Readonly<Record<string, unknown>>, string])[]]>([
  [
    'en',
    [
      [
        'a second product on our topics',
        'second_instance',
        {},
        'Another Yoto Smart Stream uses the same topics on this MQTT broker, and both speak over each other. Stop one of the two, or give one of them another base topic (option mqtt.base_topic).',
      ],
      [
        'a code to enter',
        'account',
        { account: 'pending', sign_in: code },
        'Nobody is signed in to Yoto. Open https://yoto.io/pair and enter the code BCDF-GHJK.',
      ],
      [
        'no code yet',
        'account',
        { account: 'pending' },
        'Nobody is signed in to Yoto. Sign in, so that the players are known here.',
      ],
      [
        'a sign-in that ended',
        'account',
        { account: 'sign_in_again', ...why, sign_in: code },
        'Yoto has ended the sign-in of this household (invalid_grant). Open https://yoto.io/pair and enter the code BCDF-GHJK.',
      ],
      [
        'one that ended, without a code',
        'account',
        { account: 'sign_in_again', ...why },
        'Yoto has ended the sign-in of this household (invalid_grant). Sign in again, so that the players stay known here.',
      ],
      [
        'nobody signed in',
        'account',
        { account: 'signed_out' },
        'Nobody is signed in to Yoto. Sign in, so that the players are known here.',
      ],
      [
        'a refused sign-in',
        'account',
        { account: 'signed_out', ...why },
        'Yoto refused the sign-in (invalid_grant). Try again and allow it there; if it is refused all the same, check the option yoto.client_id and the app’s settings at Yoto.',
      ],
      [
        'refused renewals',
        'account',
        { account: 'signed_in', ...why },
        'Yoto refuses to renew the sign-in of this household (invalid_grant). Check the option yoto.client_id and the app’s settings at Yoto, or sign out of Yoto and in again.',
      ],
      [
        'no connection',
        'connection',
        { account: 'signed_in', reason: 'ECONNREFUSED' },
        'There is no connection to Yoto (ECONNREFUSED). It is tried again by itself; if this lasts, see whether this house is connected to the internet.',
      ],
      [
        'unread players',
        'players',
        { account: 'signed_in', connected: true, unlisted: 'Yoto answered 403' },
        'The players of the Yoto account could not be read (Yoto answered 403). It is tried again by itself; if this lasts, sign out of Yoto and in again, and allow everything that is asked for there.',
      ],
    ],
  ],
  [
    'de',
    [
      [
        'a code to enter',
        'account',
        { account: 'pending', sign_in: code },
        'Bei Yoto ist niemand angemeldet. Öffne https://yoto.io/pair und gib den Code BCDF-GHJK ein.',
      ],
      [
        'a sign-in that ended',
        'account',
        { account: 'sign_in_again', ...why },
        'Yoto hat die Anmeldung dieses Haushalts beendet (invalid_grant). Melde dich neu an, damit die Player hier bekannt bleiben.',
      ],
      [
        'a refused sign-in',
        'account',
        { account: 'signed_out', ...why },
        'Yoto hat die Anmeldung abgelehnt (invalid_grant). Versuche es noch einmal und erlaube es dort; wird sie trotzdem abgelehnt, prüfe die Option yoto.client_id und die Einstellungen der App bei Yoto.',
      ],
      [
        'no connection',
        'connection',
        { account: 'signed_in', reason: 'ECONNREFUSED' },
        'Es gibt keine Verbindung zu Yoto (ECONNREFUSED). Sie wird von selbst wieder versucht; hält das an, sieh nach, ob dieses Haus mit dem Internet verbunden ist.',
      ],
    ],
  ],
])('in %s the panel says', (language, rows) => {
  test.each(rows)('%s', (_what, name, cloud, words) => {
    expect(told(language, name, cloud)).toBe(words)
  })
})

test.each([
  ['a name that is not known', 'card/4Dem0/silent', { account: 'pending' }],
  ['a state that is not known', 'account', { account: 'asleep' }],
  ['an end without a reason', 'account', { account: 'sign_in_again' }],
  ['a connection without a reason', 'connection', { account: 'signed_in' }],
  ['unread players without a reason', 'players', { account: 'signed_in', connected: true }],
])('the given words stand for %s, in every language', (_what, name, cloud) => {
  for (const language of languages) expect(told(language, name, cloud)).toBe('as given')
})

test('problems of a product that gives no names stand as they are given', () => {
  const view = healthView({ problems: ['one', 'two'], problem_names: ['account'] })
  expect(view.problems).toEqual([
    { name: 'account', text: 'one' },
    { name: null, text: 'two' },
  ])
  expect(healthView({ problems: ['one'] }).problems).toEqual([{ name: null, text: 'one' }])
})

test('the name decides what leads to the page of the account, not the words', () => {
  const leads = (name: string | null) =>
    isForAccountPage({ name, text: 'open Yoto account in the panel and sign in' })
  expect(['account', 'players', 'connection', 'rules/account.yaml', null].map(leads)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ])
})

test('beside the ways to sign in only what Yoto said no to is told', () => {
  const { de } = say
  if (de === undefined) throw new Error('no German')
  expect(accountFault({ state: 'sign_in_again', reason: 'invalid_grant' }, de)).toBe(
    'Yoto hat die Anmeldung dieses Haushalts beendet (invalid_grant).',
  )
  for (const state of ['signed_out', 'pending', 'signed_in', 'not_set_up'] as const)
    expect(accountFault({ state, reason: null }, de)).toBeNull()
})
