import { expect, test } from 'vitest'
import { unknownPlayer } from '../../src/core/player.ts'
import { watchNamedPlayers } from '../../src/wiring/named-players.ts'
import { houseWith } from '../support/house.ts'
import { recordingLog } from '../support/recording-log.ts'

test('a player that rules name and there is not is said once it is known which there are, and once only', () => {
  const { hub } = houseWith()
  const log = recordingLog()
  const named = (name: string, line: number) => ({ name, file: 'a.yaml', line })
  const playersNamed = [named('nursery', 3), named('nursry', 7), named('nursry', 9), named('den', 12)]
  const current = { players: new Map([['den', 'y2']]) }
  const watch = watchNamedPlayers({
    hub,
    book: { current, playersNamed, onChange: () => () => undefined },
    log,
  })
  expect(log.lines).toEqual([])
  hub.setPlayers([unknownPlayer('y1', 'Nursery'), unknownPlayer('y2', 'Kitchen')])
  hub.setPlayers([unknownPlayer('y1', 'Nursery'), unknownPlayer('y2', 'Kitchen')])
  watch.stop()
  hub.setPlayers([])
  expect(log.lines.map(({ level, message }) => `${level}: ${message}`)).toEqual([
    'warn: a.yaml:7 warning[ref/player] there is no player "nursry" - did you mean "nursery"?',
  ])
})
