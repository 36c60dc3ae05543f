import { expect, test } from 'vitest'
import { unknownPlayer } from '../../src/core/player.ts'
import { watchNamedPlayers } from '../../src/wiring/named-players.ts'
import { Problems } from '../../src/wiring/problems.ts'
import { houseWith } from '../support/house.ts'
import { recordingLog } from '../support/recording-log.ts'

const named = (name: string, file: string, line: number) => ({ name, file, line, column: 13, length: 6 })

function watched(aliases: ReadonlyMap<string, string>) {
  const { hub } = houseWith()
  const log = recordingLog()
  const problems = new Problems()
  const listeners: (() => void)[] = []
  const book = {
    current: { players: aliases },
    playersNamed: [
      named('nursery', 'a.yaml', 3),
      named('nursry', 'a.yaml', 7),
      named('nursry', 'a.yaml', 9),
      named('den', 'a.yaml', 12),
      named('nursry', 'b.yaml', 2),
    ],
    onChange(changed: () => void) {
      listeners.push(changed)
      return () => undefined
    },
  }
  const watch = watchNamedPlayers({ hub, book, problems, log })
  const said = () => log.lines.splice(0).map(({ level, message }) => `${level}: ${message}`)
  const read = (next: Partial<typeof book>) => {
    Object.assign(book, next)
    for (const changed of listeners) changed()
  }
  return { hub, problems, watch, said, read }
}

test('a player that rules name and there is not is said with all places, once it is known which there are', () => {
  const { hub, problems, watch, said } = watched(new Map([['den', 'y2']]))
  hub.setPlayers([])
  expect([said(), problems.list()]).toEqual([[], []])
  hub.setPlayers([unknownPlayer('y1', 'Nursery'), unknownPlayer('y2', 'Kitchen')])
  hub.setPlayers([unknownPlayer('y1', 'Nursery'), unknownPlayer('y2', 'Kitchen')])
  const words = 'there is no player "nursry" - did you mean "nursery"? (a.yaml, lines 7, 9; b.yaml, line 2)'
  expect(said()).toEqual([`warn: a.yaml:7 warning[ref/player] ${words}`])
  expect([problems.names(), problems.list()]).toEqual([
    ['rule_player/nursry'],
    [`${words}; there are: den, nursery, kitchen; it works as soon as one of that name is there`],
  ])
  watch.stop()
})

test('an example that speaks of a simulated player is no problem of a household with players of its own', () => {
  const { hub, problems, said } = watched(
    new Map([
      ['den', 'ysimDenPlayerV3000000002'],
      ['nursry', 'y1'],
    ]),
  )
  hub.setPlayers([unknownPlayer('y1', 'Nursery')])
  expect([said(), problems.names()]).toEqual([[], []])
})

test('the problem ends when a player is called so or no rule names it any more', () => {
  const { hub, problems, said, read } = watched(new Map())
  hub.setPlayers([unknownPlayer('y1', 'Nursery')])
  expect(problems.names()).toEqual(['rule_player/nursry', 'rule_player/den'])
  hub.setPlayers([unknownPlayer('y1', 'Nursery'), unknownPlayer('y2', 'Den')])
  expect(problems.names()).toEqual(['rule_player/nursry'])
  read({ playersNamed: [named('nursery', 'a.yaml', 3)] })
  expect(problems.names()).toEqual([])
  said()
  read({ playersNamed: [named('nursry', 'a.yaml', 3)] })
  expect(said()).toHaveLength(1)
})

test('a name of the section players that was renamed is missed at each place, and the new one is offered', () => {
  const { hub, problems, read } = watched(new Map([['kids-room', 'y1']]))
  read({ playersNamed: [named('kids-room', 'a.yaml', 3), named('kids-room', 'b.yaml', 9)] })
  hub.setPlayers([unknownPlayer('y1', 'Yoto 3')])
  expect(problems.list()).toEqual([])
  read({ current: { players: new Map([['nursery', 'y1']]) } })
  expect(problems.list()).toEqual([
    'there is no player "kids-room" (a.yaml, line 3; b.yaml, line 9); there are: nursery, yoto-3; it works as soon as one of that name is there',
  ])
})
