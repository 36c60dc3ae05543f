import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createRedactor } from '../../src/log/redactor.ts'
import type { LinkState } from '../../src/wiring/cloud-link.ts'
import { Problems } from '../../src/wiring/problems.ts'
import { connectionProblem, playersProblem } from '../../src/wiring/yoto-problems.ts'
import { readBook } from '../support/rule-book.ts'

test('names stand in the order of what they name, whatever is mended and said anew', () => {
  const problems = new Problems()
  problems.set('account', 'a')
  problems.set('connection', 'b')
  problems.set('rules/a.yaml', 'c')
  problems.set('connection', null)
  problems.set('account', 'd')
  problems.set('players', 'e')
  expect(problems.list()).toEqual(['d', 'c', 'e'])
  expect(problems.names()).toEqual(['account', 'rules/a.yaml', 'players'])
})

test('a name has no blanks, no two are the same, and each can be mended', () => {
  const problems = new Problems()
  const given = [
    'rules/good night.yaml',
    'rules/good%20night.yaml',
    'rules/a\n\tb\u00a0c',
    'rules/Träume.yaml',
  ]
  for (const name of given) problems.set(name, name)
  expect(problems.names()).toEqual([
    'rules/good%20night.yaml',
    'rules/good%2520night.yaml',
    'rules/a%0A%09b%C2%A0c',
    'rules/Träume.yaml',
  ])
  for (const name of given) problems.set(name, null)
  expect(problems.names()).toEqual([])
})

test('a secret is no more in a name than in the words, and what it names can be mended', () => {
  const redactor = createRedactor()
  const problems = new Problems(redactor.redact)
  problems.set('rules/hunter22.yaml', 'hunter22.yaml is left out')
  redactor.add('hunter22')
  expect(problems.names()).toEqual(['rules/***.yaml'])
  problems.set('rules/hunter22.yaml', null)
  expect(problems.list()).toEqual([])
})

test('each rule file that is left out is a problem with the name of the file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'yoto-rules-'))
  await mkdir(join(folder, 'good night'))
  await writeFile(join(folder, 'good night', 'broken.yaml'), 'rules:\n\tx: 1\n')
  await writeFile(join(folder, 'other.yml'), '')
  const problems = new Problems()
  await readBook({ folder, problems })
  await rm(folder, { recursive: true })
  expect(Object.fromEntries(problems.names().map((name, place) => [name, problems.list()[place]]))).toEqual({
    'rules/good%20night/broken.yaml': expect.stringContaining('good night/broken.yaml is left out: an error'),
    'rules/other.yml': 'other.yml is left out of the rules: rule files end in .yaml',
  })
})

describe('of the connection and the players', () => {
  const well: LinkState = { account: 'signed_in', connected: true, reason: null, unlisted: null }

  test.each<[string, Partial<LinkState>, (string | null)[]]>([
    ['nothing is said where all is well', {}, [null, null]],
    [
      'a connection that is away is said with its reason',
      { connected: false, reason: 'ECONNREFUSED' },
      ['not connected to Yoto: ECONNREFUSED', null],
    ],
    [
      'players that cannot be read are said with the reason',
      { unlisted: 'Yoto answered 403' },
      [null, 'the players of the Yoto account could not be read: Yoto answered 403'],
    ],
    [
      'one cause is said once',
      { connected: false, reason: 'ECONNREFUSED', unlisted: 'Yoto cannot be reached' },
      ['not connected to Yoto: ECONNREFUSED', null],
    ],
    [
      'the account speaks while nobody is signed in',
      { account: 'sign_in_again', connected: false, reason: 'nobody is signed in', unlisted: 'x' },
      [null, null],
    ],
  ])('%s', (_name, state, said) => {
    const link = { ...well, ...state }
    expect([connectionProblem(link), playersProblem(link)]).toEqual(said)
  })
})
