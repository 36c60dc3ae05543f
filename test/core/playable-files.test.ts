import { expect, test } from 'vitest'
import { lookUpAll, requireFiles } from '../../src/core/playable-files.ts'

const consequence = 'nothing was added'

test('a name is looked up once, however often it stands there', async () => {
  const asked: string[] = []
  const names = Array.from({ length: 10_000 }, (_, index) => `${index % 10}.mp3`)
  const found = await lookUpAll(names, async (name) => {
    asked.push(name)
    return name.length
  })
  expect(asked).toHaveLength(10)
  expect(found.get('3.mp3')).toBe(5)
})

test('what is not there is named, with what was meant', async () => {
  const requiring = {
    consequence,
    lookup: async (name: string) => ({ state: name === 'a.mp3' ? 'ready' : 'missing' }) as const,
    hint: async (name: string) => (name === 'b.mp3' ? 'did you mean "a.mp3"?' : null),
  }
  await requireFiles(['a.mp3'], requiring)
  await expect(requireFiles(['a.mp3', 'b.mp3', 'zzz', 'b.mp3'], requiring)).rejects.toMatchObject({
    code: 'not_found',
    message: 'not in the library: b.mp3 (did you mean "a.mp3"?), zzz; nothing was added',
    details: { missing: ['b.mp3', 'zzz', 'b.mp3'] },
  })
})
