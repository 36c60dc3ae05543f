import { expect, test } from 'vitest'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { readingOf } from '../support/rules.ts'

async function missingIn(rules: string, there: readonly string[] = []) {
  const text = `playlists: {a: [a.mp3]}\nschedules: {bedroom: {default: a}}\nrules:\n${rules.replace(/^/gm, '  ')}\n`
  const hasStream = (stream: string) => there.includes(stream)
  const { diagnostics } = await readRuleFiles([{ file: 'a.yaml', text }], readingOf({ hasStream }))
  expect(diagnostics.filter(({ level }) => level === 'error')).toEqual([])
  return diagnostics.flatMap(({ code, line, message }) => (code === 'ref/stream' ? `${line} ${message}` : []))
}

test('a rule about a stream that is gone is warned of', async () => {
  const rule = 'r: {when: [{button: {button: right, stream: attic}}], do: [{log: hello}]}'
  expect(await missingIn(rule)).toEqual([
    '4 there is no stream "attic": nothing in the files fills it, and no card plays it',
  ])
  expect(await missingIn(rule, ['attic'])).toEqual([])
  for (const fine of [
    'r: {stream: bedroom, when: [{button: right}], do: [{log: hello}]}',
    'r: {stream: attic, when: [{button: right}], do: [{queue: {add: a}}]}',
    `${rule}\ns: {when: [{time: "07:00"}], do: [{queue: {set: a, stream: attic}}]}`,
  ])
    expect(await missingIn(fine), fine).toEqual([])
})
