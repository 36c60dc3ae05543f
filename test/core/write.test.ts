import { describe, expect, test } from 'vitest'
import { Write } from '../../src/core/write.ts'

function builtOn(earlier: Write): Write {
  const write = new Write()
  write.buildsOn(earlier)
  return write
}

describe('a write on its way', () => {
  test('is lost with what it is built on, also over several, and is then an orphan', () => {
    const first = new Write()
    const second = builtOn(first)
    const third = builtOn(second)
    expect([first, second, third].map(({ isLost }) => isLost)).toEqual([false, false, false])
    first.lost()
    expect([first, second, third].map(({ isLost }) => isLost)).toEqual([true, true, true])
    expect([first, second, third].map(({ isOrphan }) => isOrphan)).toEqual([false, true, true])
  })

  test('that is built on one that is lost already is lost from the start', () => {
    const first = new Write()
    const second = builtOn(first)
    first.lost()
    expect(builtOn(first).isOrphan).toBe(true)
    expect(builtOn(second).isOrphan).toBe(true)
  })

  test('stands where what it is built on is kept, and by itself where it then fails', () => {
    const first = new Write()
    const second = builtOn(first)
    first.kept()
    const third = builtOn(first)
    second.lost()
    expect([first, second, third].map(({ isLost }) => isLost)).toEqual([false, true, false])
    expect(second.isOrphan).toBe(false)
  })

  test('takes tens of thousands along that are built on one another', () => {
    const first = new Write()
    let last = first
    for (let count = 0; count < 50_000; count++) last = builtOn(last)
    first.lost()
    expect(last.isOrphan).toBe(true)
  })
})
