import { expect, test } from 'vitest'
import { LiveWalk, startOf } from '../../../src/audio/live/walk.ts'
import { emptyQueue, type Queue, type QueueMutation } from '../../../src/core/queue.ts'
import { mutate } from '../../../src/core/queue-mutation.ts'
import { recordingLog } from '../../support/recording-log.ts'

function queueOf(files: readonly string[], ...more: QueueMutation[]): Queue {
  let ids = 0
  const context = { newId: () => `item-${++ids}`, random: () => 0, reason: 'the test' }
  const mutations: QueueMutation[] = [{ op: 'append', files }, ...more]
  return mutations.reduce((queue, mutation) => mutate(queue, mutation, context), emptyQueue('bedroom'))
}

const abc = queueOf(['a', 'b', 'c'], { op: 'go-to', id: 'item-2' })
const last = { item: 'item-3', frame: 700 }

test('whoever comes newly begins at the beginning of the current item', () => {
  expect(startOf(abc, null)).toEqual({ item: 'item-2', frame: 0 })
  expect(startOf(queueOf(['a', 'b'], { op: 'go-to', id: null }), null)).toEqual({ item: 'item-1', frame: 0 })
  expect(startOf(emptyQueue('bedroom'), last)).toBeNull()
})

test('a stream that is set to resume goes on where the listener was, if that is still there', () => {
  expect(startOf({ ...abc, resume: 'resume' }, last)).toEqual(last)
  expect(startOf({ ...abc, resume: 'resume' }, { item: 'gone', frame: 7 })).toEqual({
    item: 'item-2',
    frame: 0,
  })
  expect(startOf({ ...abc, resume: 'resume' }, null)).toEqual({ item: 'item-2', frame: 0 })
})

test('a stream that is set to restart begins with its first item', () => {
  expect(startOf({ ...abc, resume: 'restart' }, last)).toEqual({ item: 'item-1', frame: 0 })
})

test('asks for each file of a queue no more than once in a round', async () => {
  const asked: string[] = []
  const walk = new LiveWalk({
    queue: () => ({ ...abc, loop: true }),
    files: {
      async take(name) {
        asked.push(name)
        return { reason: 'it is not in the library' }
      },
    },
    log: recordingLog(),
  })
  expect((await walk.after('bedroom', { id: 'item-1', round: null })).track).toBeNull()
  expect(asked).toEqual(['b', 'c', 'a'])
})

test('ten thousand items of a file that is gone are passed over with one look', async () => {
  const asked: string[] = []
  const lost = Array.from({ length: 9_999 }, () => 'gone')
  const queue = queueOf([...lost, 'there'])
  const walk = new LiveWalk({
    queue: () => queue,
    files: {
      async take(name) {
        asked.push(name)
        return { reason: 'it is not in the library' }
      },
    },
    log: recordingLog(),
  })
  expect(await walk.from('bedroom', { id: 'item-1', round: null })).toBeNull()
  expect(asked).toEqual(['gone', 'there'])
})
