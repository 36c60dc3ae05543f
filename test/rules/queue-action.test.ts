import { describe, expect, test } from 'vitest'
import { actions, conditions, triggers } from '../../src/rules/catalog.ts'
import { effectInWords } from '../../src/rules/dry/effect-words.ts'
import { explainAll } from '../../src/rules/explain/explain.ts'
import { readQueueWish } from '../../src/rules/read/queue-wish.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { createRegistry } from '../../src/rules/registry.ts'
import { readingOf } from '../support/rules.ts'

const wish = (options: object) => readQueueWish(options, { stream: 'bedroom', owner: 'mqtt' }).effects
const change = (mutation: object) => ({ kind: 'mutate-queue', stream: 'bedroom', mutation })
const fill = (how: string, more: object = {}) => ({
  kind: 'fill-queue',
  stream: 'bedroom',
  how,
  content: 'forest',
  ...more,
})

describe('the action queue', () => {
  test.each<[object, object[]]>([
    [{ set: 'forest', keep_old: true }, [fill('replace', { keep: 'mqtt' })]],
    [{ set: 'forest', keep_old: false }, [fill('replace')]],
    [{ restore: true }, [change({ op: 'restore', owner: 'mqtt' })]],
    [{ do: 'restore' }, [change({ op: 'restore', owner: 'mqtt' })]],
    [{ now: 'forest' }, [fill('now')]],
    [
      { add: 'forest', shuffle: true, from: 3, limit: 2 },
      [fill('append', { shuffle: true, from: 3, limit: 2 })],
    ],
    [{ shuffle: true }, [change({ op: 'shuffle' })]],
    [{ skip: true }, [change({ op: 'step', by: 1 })]],
    [{ do: 'clear' }, [change({ op: 'clear' })]],
    [
      { restore: true, skip: true },
      [change({ op: 'restore', owner: 'mqtt' }), change({ op: 'step', by: 1 })],
    ],
    [{ clear: true, set: 'forest' }, [fill('replace')]],
    [{ clear: true, next: 'forest' }, [change({ op: 'clear' }), fill('insert-next')]],
  ])('%j', (options, effects) => {
    expect(wish(options)).toEqual(effects)
  })

  test.each([
    [{}, 'says nothing to do'],
    [{ keep_old: true, add: 'forest' }, '`keep_old` goes with `set`'],
    [{ limit: 2, clear: true }, '`from` and `limit` go with'],
    [{ restore: true, set: 'forest' }, '`restore` brings an earlier queue back'],
    [{ do: 'restor' }, 'one of restore, clear, skip, shuffle'],
    [{ set: 'forest', from: 0 }, '`from`'],
  ])('%j is refused', (options, message) => {
    expect(() => wish(options)).toThrow(message)
  })
})

test('a word alone says what is to be done, and a wrong one is told with its place', async () => {
  const read = (text: string) =>
    readRuleFiles(
      [
        {
          file: 'a.yaml',
          text: `rules:\n  party:\n    stream: bedroom\n    when:\n      - startup: {}\n    do:\n      - ${text}\n`,
        },
      ],
      {
        registry: createRegistry({ triggers, conditions, actions }),
        fileExists: async () => true,
        topicFault: () => null,
        zone: 'UTC',
      },
    )
  const { ruleSet, diagnostics } = await read('queue: restore')
  expect(diagnostics).toEqual([])
  expect(ruleSet.rules[0]?.do[0]).toMatchObject({ options: { do: 'restore' } })
  expect((await read('queue: resture')).diagnostics).toMatchObject([{ line: 7, level: 'error' }])
})

describe('the action say', () => {
  const rule = (says: string) =>
    `rules:\n  r:\n    stream: den\n    when:\n      - startup: {}\n    do:\n      - say: ${says}\n`
  const read = (text: string, hasVoice = true) =>
    readRuleFiles([{ file: 'a.yaml', text }], readingOf({ hasVoice }))

  test('is told in words, and warned of once where nobody speaks', async () => {
    const text = rule(`{text: "It is \${now.time}", at: last}\n      - say: Good night`)
    const { diagnostics, ruleSet } = await read(text)
    expect(diagnostics).toEqual([])
    expect(JSON.stringify(explainAll(ruleSet))).toContain('\\" at the end of the stream den')
    const { diagnostics: unvoiced } = await read(text, false)
    expect(unvoiced).toMatchObject([{ code: 'rule/no-voice', level: 'warning', line: 7 }])
    expect(unvoiced[0]?.message).toContain('also in line 8')
  })

  test.each([
    ['{text: hello, at: soon}', 'at'],
    [`${'a'.repeat(501)}`, 'text'],
    ['{at: now}', 'text'],
  ])('%s is refused', async (says, word) => {
    const [finding] = (await read(rule(says))).diagnostics
    expect(finding?.level).toBe('error')
    expect(`${finding?.message} ${finding?.help ?? ''}`).toContain(word)
  })

  test('is told in words by a dry run', () => {
    const effect = { stream: 'den', how: 'insert-next', content: 'say:Good night' }
    expect(effectInWords('fill-queue', effect, { player: (id) => id, time: (iso) => iso })).toBe(
      'puts the words "Good night" next into the stream den',
    )
  })
})
