import { expect, test } from 'vitest'
import { secondInstanceProblem } from '../../src/wiring/broker-problems.ts'

const instances = ['one', 'two', 'three'].map((instance) => ({ instance, version: '1.0.0' }))

test('every other product on our topics is named in the problem', () => {
  expect(secondInstanceProblem([], 'yoto')).toBeNull()
  expect(secondInstanceProblem(instances.slice(0, 1), 'yoto')).toMatch(
    /^another Yoto Smart Stream \(version 1\.0\.0, instance one\) uses .* below yoto\/ .*: stop one of the two, /,
  )
  expect(secondInstanceProblem(instances, 'yoto')).toMatch(
    /^3 other Yoto Smart Streams \(version 1\.0\.0, instance one; .* two; .* three\) use .*: stop all but one, /,
  )
})
