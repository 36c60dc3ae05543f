import { describe, expect, test } from 'vitest'
import { PlayerNames } from '../../src/rules/players.ts'

const nursery = { id: 'y1', name: 'Nursery' }
const leo = { id: 'y2', name: "Léo's Player" }
const dino = { id: 'y3', name: '恐竜' }

const namesOf = (...players: { id: string; name: string }[]) =>
  new PlayerNames({ aliases: () => new Map([['kids-room', 'y2']]), players: () => players })

describe('a player', () => {
  test.each([
    ['y1', 'y1'],
    ['nursery', 'y1'],
    ['Nursery', 'y1'],
    ['leo-s-player', 'y2'],
    ['leo_s_player', 'y2'],
    ["Léo's Player", 'y2'],
    ['恐竜', 'y3'],
    ['kids-room', 'y2'],
    ['den', undefined],
    ['', undefined],
    ['-', undefined],
  ])('is called %j', (named, id) => {
    expect(namesOf(nursery, leo, dino).idOf(named)).toBe(id)
  })

  test('is found as soon as it is there, and under its new name', () => {
    const players = [nursery]
    const names = new PlayerNames({ aliases: () => new Map(), players: () => players })
    expect(names.idOf('den')).toBeUndefined()
    players.push({ id: 'y9', name: 'Den' })
    expect(names.idOf('den')).toBe('y9')
    players[1] = { id: 'y9', name: 'Attic' }
    expect([names.idOf('den'), names.idOf('attic')]).toEqual([undefined, 'y9'])
  })

  test('is nobody where two are called so, and that is said', () => {
    const names = namesOf(nursery, { id: 'y7', name: 'nursery' })
    expect(names.idOf('nursery')).toBeUndefined()
    expect(names.faultOf('nursery')).toEqual({
      message: '2 players are called "nursery"',
      help: 'give one a name of its own: `players: {my-player: y1}`',
    })
    expect(names.idOf('y7')).toBe('y7')
  })

  test('that there is not is doubted, with the name that is near', () => {
    expect(namesOf(nursery, leo).faultOf('nursry')?.message).toBe(
      'there is no player "nursry" - did you mean "nursery"?',
    )
    expect(namesOf(nursery, leo).faultOf('kids-rom')?.message).toContain('did you mean "kids-room"?')
    expect(namesOf(nursery).faultOf('kids-room')?.message).toBe(
      '"kids-room" stands for the player "y2", which there is not',
    )
    expect(namesOf(nursery, leo).faultOf('kids-room')).toBeNull()
  })
})
