import { expect, test } from 'vitest'
import { stateHolder } from '../../src/language/expression/environment.ts'
import { StoryHouse } from '../../src/wiring/story-house.ts'
import { worldOf } from '../support/rules.ts'

test('listens to the entities that stories ask for, to each once, and as long as one does', () => {
  const said: string[] = []
  const world = worldOf({
    now: () => new Date('2026-11-24T19:30:00Z'),
    vars: () => new Map([['party', true]]),
    playerId: (named) => (named === 'den' ? 'y1' : undefined),
  })
  const house = new StoryHouse({
    world,
    homeAssistant: {
      listen: ({ known = '' }) => {
        said.push(`begins ${known}`)
        return () => said.push(`ends ${known}`)
      },
      stateOf: (entity) => (entity === 'light.nursery' ? 'on' : null),
    },
  })
  house.watch(new Set(['light.nursery', 'light.attic']))
  house.watch(new Set(['light.nursery', 'sun.sun']))
  expect(said).toEqual(['begins light.nursery', 'begins light.attic', 'begins sun.sun', 'ends light.attic'])
  const names = ['now.time', 'vars.party', 'player.id', "state('light.nursery')", "state('sun.sun')"]
  expect(house.answers({ player: 'den', names })).toMatchObject({
    now: { time: '19:30' },
    vars: { party: true },
    player: { id: 'y1' },
    [stateHolder]: { 'light.nursery': 'on' },
  })
  expect(house.answers({ player: null, names })).not.toHaveProperty('player')
  house.stop()
  expect(said.slice(4)).toEqual(['ends light.nursery', 'ends sun.sun'])
})
