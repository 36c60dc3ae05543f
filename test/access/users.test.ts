import { describe, expect, test } from 'vitest'
import { Users, type Ways } from '../../src/access/users.ts'
import type { Role } from '../../src/core/role.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const both: Ways = { ingress: true, password: true }

// Of all households: one that opens another's records must not meet its ids.
let ids = 0

async function household({ ways = both, records = memoryCollection<unknown>() } = {}) {
  const log = recordingLog()
  const newId = () => `u${++ids}`
  const users = new Users({ records, ways, newId, clock: new VirtualClock(), log })
  await users.start()
  const add = (username: string, role: Role = 'member') =>
    users.create({ username, role, password: 'a hash', players: [], cards: [] })
  return { users, add, records, log }
}

const conflict = { code: 'conflict' }

describe('names', () => {
  test('are one whatever their case, their spaces around and how their letters are composed', async () => {
    const { users, add } = await household()
    const { id } = await add(' Zoë ')
    for (const same of ['zoë', 'ZOË', 'Zoe\u0308', 'Zoë '])
      await expect(add(same), same).rejects.toMatchObject(conflict)
    expect(users.named('zOË')).toMatchObject({ id, username: 'Zoë' })
    await add('Zoe')
    await expect(users.change(id, { username: 'zoe' })).rejects.toMatchObject(conflict)
    expect(await users.change(id, { username: 'ZOË' })).toMatchObject({ username: 'ZOË' })
  })

  test.each([
    '',
    '   ',
    'x'.repeat(65),
    'a\nb',
    'a\u0000',
    'a\u200bb',
    '\u202egnp',
    'a\u2028b',
    'mama\ufe0f',
    '\u3164',
    '\u0301',
    'ma\u200d',
    '\u200cma',
    'ma \u200dpa',
  ])('that nobody can have are refused: %j', async (name) => {
    await expect((await household()).add(name)).rejects.toMatchObject({ code: 'unprocessable' })
  })

  test.each([
    'A',
    'x'.repeat(64),
    'Большая семья',
    'می\u200cنا',
    '👨\u200d👩\u200d👧',
    '❤\ufe0f\u200d🔥',
    'constructor',
    '__proto__',
    '<b>',
  ])('that somebody can have are taken: %s', async (name) => {
    const { users, add } = await household()
    await add(name)
    expect(users.named(name)?.username).toBe(name)
  })

  test('two at once cannot both have', async () => {
    const { users, add } = await household()
    const results = await Promise.allSettled([add('Ada'), add('ADA'), add('ada')])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
    expect(users.all()).toHaveLength(1)
  })
})

describe('the last admin who can come in', () => {
  test('can be neither deleted nor demoted, and says why', async () => {
    const { users, add } = await household()
    const ada = await add('Ada', 'admin')
    await add('Grace')
    await expect(users.delete(ada.id)).rejects.toThrow(
      '"Ada" is the last admin who can come in and cannot be deleted: make somebody else an admin first',
    )
    await expect(users.change(ada.id, { role: 'child' })).rejects.toMatchObject(conflict)
    expect(await users.change(ada.id, { username: 'Countess' })).toMatchObject({ role: 'admin' })
  })

  test('is not one of two', async () => {
    const { users, add } = await household()
    const [ada, grace] = [await add('Ada', 'admin'), await add('Grace', 'admin')]
    await users.change(ada.id, { role: 'member' })
    await expect(users.delete(grace.id)).rejects.toMatchObject(conflict)
    await users.change(ada.id, { role: 'admin' })
    await users.delete(grace.id)
  })

  test('is not one of two who are demoted at the same time', async () => {
    const { users, add } = await household()
    const [ada, grace] = [await add('Ada', 'admin'), await add('Grace', 'admin')]
    const both = [users.change(ada.id, { role: 'member' }), users.delete(grace.id)]
    expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  })

  test('is the one with a password where Home Assistant asks nobody any more', async () => {
    const records = memoryCollection<unknown>()
    const before = await household({ records })
    await before.users.fromIngress({ id: 'ha1', name: 'Ada' })
    const grace = await before.add('Grace', 'admin')
    const after = await household({ records, ways: { ingress: false, password: true } })
    await expect(after.users.delete(grace.id)).rejects.toMatchObject(conflict)
  })
})

describe('whoever Home Assistant sends', () => {
  test('is an admin if they are the first, and a member otherwise', async () => {
    const { users } = await household()
    expect(await users.fromIngress({ id: 'ha1', name: 'Ada' })).toMatchObject({
      role: 'admin',
      username: 'Ada',
      ingress_id: 'ha1',
      password: null,
    })
    expect(await users.fromIngress({ id: 'ha2', name: 'Grace' })).toMatchObject({ role: 'member' })
    expect(users.all()).toHaveLength(2)
  })

  test('is one admin of many who come at once', async () => {
    const { users } = await household()
    const come = (id: string) => users.fromIngress({ id, name: 'Somebody' })
    const all = await Promise.all(['a', 'b', 'a', 'c', 'b', 'a'].map(come))
    expect(all.map(({ role }) => role)).toEqual(['admin', 'member', 'admin', 'member', 'member', 'admin'])
    expect(users.all().map(({ username }) => username)).toEqual(['Somebody', 'Somebody 2', 'Somebody 3'])
  })

  test('is a member where an admin with a password is there already', async () => {
    const { users, add } = await household()
    await add('Ada', 'admin')
    expect(await users.fromIngress({ id: 'ha1', name: 'Ada' })).toMatchObject({
      role: 'member',
      username: 'Ada 2',
    })
  })

  test('does not become an admin again by being deleted', async () => {
    const { users, add } = await household()
    const first = await users.fromIngress({ id: 'ha1', name: 'Ada' })
    await add('Grace', 'admin')
    await users.delete(first.id)
    expect(await users.fromIngress({ id: 'ha1', name: 'Ada' })).toMatchObject({ role: 'member' })
  })

  test('and was made a child is made nothing else, whoever else has gone', async () => {
    const { users, add, log } = await household({ ways: { ingress: true, password: false } })
    const ada = await users.fromIngress({ id: 'ha1', name: 'Ada' })
    const tim = await users.fromIngress({ id: 'ha2', name: 'Tim' })
    const grace = await users.fromIngress({ id: 'ha3', name: 'Grace' })
    await users.change(tim.id, { role: 'child' })
    await add('Somebody with a password', 'admin')
    await users.change(grace.id, { role: 'admin' })
    await users.delete(ada.id)
    expect(await users.fromIngress({ id: 'ha2', name: 'Tim' })).toMatchObject({ id: tim.id, role: 'child' })
    expect(log.lines.filter(({ level }) => level === 'warn')).toEqual([])
  })

  test('is promoted where no admin can come in any more, and the log says so; a child is not', async () => {
    const records = memoryCollection<unknown>()
    const before = await household({ records })
    await before.add('Ada', 'admin')
    const tim = await before.users.fromIngress({ id: 'ha1', name: 'Tim' })
    await before.users.change(tim.id, { role: 'child' })
    await before.users.fromIngress({ id: 'ha2', name: 'Grace' })
    const { users, log } = await household({ records, ways: { ingress: true, password: false } })
    expect(await users.fromIngress({ id: 'ha1', name: 'Tim' })).toMatchObject({ role: 'child' })
    expect(await users.fromIngress({ id: 'ha2', name: 'Grace' })).toMatchObject({ role: 'admin' })
    expect(log.lines.at(-1)).toMatchObject({ level: 'warn', detail: { username: 'Grace' } })
  })

  test('as a child is one again after being deleted, also after a restart; whoever was more is a member', async () => {
    const records = memoryCollection<unknown>()
    const { users, add } = await household({ records })
    await add('Ada', 'admin')
    const tim = await users.fromIngress({ id: 'ha1', name: 'Tim' })
    await users.change(tim.id, { role: 'child', players: ['y1'] })
    await users.delete(tim.id)
    expect(users.all().map(({ username }) => username)).toEqual(['Ada'])
    const later = await household({ records })
    expect(later.users.all()).toHaveLength(1)
    const again = await later.users.fromIngress({ id: 'ha1', name: 'Tim' })
    expect(again).toMatchObject({ role: 'child', players: [], cards: [] })
    await later.users.change(again.id, { role: 'member' })
    await later.users.delete(again.id)
    expect(await later.users.fromIngress({ id: 'ha1', name: 'Tim' })).toMatchObject({ role: 'member' })
    expect(await records.entries()).toHaveLength(2)
  })

  test('has a name of their own, however odd it comes', async () => {
    const { users } = await household()
    const come = async (id: string, name: string) => (await users.fromIngress({ id, name })).username
    expect(await come('1', '')).toBe('Home Assistant user')
    expect(await come('2', '\u0000\u202e \n')).toBe('Home Assistant user 2')
    expect(await come('3', 'x'.repeat(1000))).toBe('x'.repeat(60))
    expect(await come('4', 'x'.repeat(1000))).toBe(`${'x'.repeat(60)} 2`)
  })
})

describe('what is stored', () => {
  test('comes back, and what cannot be read comes in nowhere', async () => {
    const records = memoryCollection<unknown>()
    const before = await household({ records })
    const ada = await before.add('Ada', 'admin')
    await records.set('odd', { username: 7 })
    await records.set('u9', { username: 'Mallory', role: 'owner', players: [1, 'p1'], cards: 'all' })
    const { users, log } = await household({ records })
    expect(users.get(ada.id)).toEqual(ada)
    expect(users.get('odd')).toBeUndefined()
    expect(users.get('u9')).toMatchObject({ role: 'child', players: ['p1'], cards: [], password: null })
    expect(log.lines.map(({ message }) => message)).toEqual([
      'a stored user cannot be read; it stays as it is and cannot come in',
    ])
  })

  test('is what was acknowledged: a store that fails changes nothing', async () => {
    const records = memoryCollection<unknown>()
    const { users, add } = await household({
      records: { ...records, set: () => Promise.reject(new Error('the disk is full')) },
    })
    await expect(add('Ada')).rejects.toThrow('the disk is full')
    expect(users.all()).toEqual([])
  })
})
