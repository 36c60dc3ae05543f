import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Diagnostic, formatDiagnostic } from '../../src/language/diagnostic.ts'
import { type Reading, readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { readingOf } from '../support/rules.ts'

const lists =
  'playlists:\n  forest: [a.mp3]\n  lullabies: [b.mp3]\nschedules:\n  bedroom: {default: forest}\n'
const template = `templates:
  knob:
    needs: {turn: text, plays: playlist, most: number?, who: player?, note: text?}
    rule:
      player: \${with.who}
      stream: bedroom
      when:
        - button: \${with.turn}
      if: player.volume > 2
      do:
        - queue: {set: "\${with.plays}", limit: "\${with.most}"}
        - log: "\${with.plays} at \${now.time}, $\${with.turn}"
        - log: \${with.note}
`

async function read(files: Record<string, string>, reading: Partial<Reading> = {}) {
  const sources = Object.entries(files).map(([file, text]) => ({ file, text }))
  const { ruleSet, diagnostics } = await readRuleFiles(sources, readingOf(reading))
  const said = diagnostics.map(({ file, line, code, message, help }) => ({ file, line, code, message, help }))
  return { rules: ruleSet.rules, diagnostics, said }
}

const using = (...rules: string[]) => `${lists}rules:\n${rules.map((rule) => `  ${rule}\n`).join('')}`

describe('a rule made from a template', () => {
  test('has the values it was given, as what they are, and its own place, name and switch', async () => {
    const { rules, diagnostics } = await read({
      'a.yaml': using(
        'one: {use: knob, with: {turn: right, plays: forest}}',
        'two: {use: knob, enabled: false, name: Two, with: {turn: left, plays: lullabies, most: 3, who: kids, note: hi}}',
      ),
      't.yaml': template,
    })
    expect(diagnostics).toEqual([])
    const [one, two] = rules
    expect(one).toMatchObject({ id: 'one', place: 'a.yaml:7', player: null, enabled: true })
    expect(one?.do).toMatchObject([
      { options: { set: 'forest' } },
      { options: { message: `forest at \${now.time}, $\${with.turn}` } },
    ])
    const second = one?.do[1]
    expect(second?.does === 'act' && second.texts?.size).toBe(1)
    expect(two).toMatchObject({ player: 'kids', enabled: false })
    expect(two?.do).toMatchObject([
      { options: { set: 'lullabies', limit: 3 } },
      { options: { message: `lullabies at \${now.time}, $\${with.turn}` } },
      { options: { message: 'hi' } },
    ])
  })

  test('a list or a map with nothing left goes with what was left out', async () => {
    const text = `${template.replace('if: player.volume > 2', `if: ["\${with.note}"]`)}`
    const { rules, diagnostics } = await read({
      'a.yaml': using('one: {use: knob, with: {turn: right, plays: forest}}'),
      't.yaml': text,
    })
    expect(diagnostics).toEqual([])
    expect(rules[0]?.if).toEqual([])
  })

  test('a value in the middle of an expression is read with it', async () => {
    const { rules, said } = await read({
      't.yaml': template.replace('> 2', `> \${with.turn}`).replace(`button: \${with.turn}`, 'button: left'),
      'a.yaml': using(
        'one: {use: knob, with: {turn: 5, plays: forest}}',
        'two: {use: knob, with: {turn: loud, plays: forest}}',
      ),
    })
    expect(rules).toEqual([])
    expect(said).toEqual([
      {
        file: 'a.yaml',
        line: 8,
        code: 'expr/unknown-name',
        message: 'there is no "loud"',
        help: expect.stringContaining('template "knob" says so at t.yaml:9'),
      },
    ])
  })
})

describe('what is said of a template', () => {
  test('its own faults are said once, where it stands, and its uses in other files name it', async () => {
    const uses = using(
      'one: {use: knob, with: {turn: right, plays: forest}}',
      'two: {use: knob, with: {turn: left, plays: forest}}',
    )
    const { said } = await read({ 't.yaml': template.replace(`- log: \${`, `- lgo: \${`), 'a.yaml': uses })
    expect(said.map(({ file, line, code }) => `${file}:${line} ${code}`)).toEqual([
      't.yaml:13 key/unknown',
      'a.yaml:7 ref/template',
    ])
    const alone = await read({ 't.yaml': uses + template.replace(`- log: \${`, `- lgo: \${`) })
    expect(alone.said.map(({ code }) => code)).toEqual(['key/unknown'])
  })

  test.each<[string, string, string, RegExp]>([
    ['a hole that is not listed', 'with.note}', 'with.nte}', /template\/hole.*"nte" - did you mean "note"/],
    ['what is no hole', 'with.note}', 'with.note + 1}', /template\/hole.*is no hole/],
    ['an optional hole in a text', `\${with.note}`, `a \${with.note}`, /template\/hole.*may be left out/],
    ['a hole as a key', `log: \${with.note}`, `"\${with.note}": x`, /template\/hole.*cannot be a key/],
    ['a name that is none', 'note: text?', '"no te": text?', /template\/hole.*cannot be the name/],
    ['a type that is none', 'text?', 'txet?', /type\/value.*did you mean "text\?"/],
    ['another template', 'stream: bedroom', 'use: other', /template\/nested/],
    ['a rule that nothing starts', 'when:', 'wehn:', /key\/unknown.*"when"/],
  ])('%s', async (_what, from, to, expected) => {
    const { said } = await read({ 't.yaml': template.replace(from, to) })
    expect(said.map(({ code, message }) => `${code} ${message}`)[0]).toMatch(expected)
  })

  test('a hole takes what its use says, so nothing is said of it beforehand', async () => {
    const text = template.replace(`button: \${with.turn}`, `card: {inserted: "\${with.turn}"}`)
    expect((await read({ 't.yaml': text })).said).toEqual([])
  })

  test('two of one name are told of each other', async () => {
    const { said } = await read({ 'a.yaml': template, 'b.yaml': template })
    expect(said).toMatchObject([
      { file: 'b.yaml', code: 'yaml/duplicate', message: 'template "knob" is already defined at a.yaml:2' },
    ])
  })
})

describe('what is said of a use', () => {
  const said = async (rule: string, fileExists = true) =>
    (
      await read({ 'a.yaml': using(rule), 't.yaml': template }, { fileExists: async () => fileExists })
    ).said.map(({ file, line, code, message, help }) => `${file}:${line} ${code} ${message} (${help})`)

  test('a value of another type names where it is asked for', async () => {
    expect(await said('one: {use: knob, with: {turn: left, plays: forest, most: many}}')).toEqual([
      'a.yaml:7 type/value `most` takes a number, not "many" (template "knob" asks for it at t.yaml:3)',
    ])
  })

  test('a value that does not fit where it is put names that place', async () => {
    expect(await said('one: {use: knob, with: {turn: left, plays: forest, most: 99999}}')).toEqual([
      'a.yaml:7 type/value `limit` takes a whole number 1-10000, not "99999" (template "knob" puts it in at t.yaml:11)',
    ])
    const [, , playlist] = await said('one: {use: knob, with: {turn: left, plays: forst}}', false)
    expect(playlist).toContain('did you mean "forest"? (template "knob" puts it in at t.yaml:11)')
  })

  test('what is missing, unknown or beside `use` is said', async () => {
    expect(await said('one: {use: knob}')).toEqual([
      expect.stringContaining('key/missing rule "one" needs `turn` under `with`, a text'),
      expect.stringContaining('key/missing rule "one" needs `plays` under `with`, the name of a playlist'),
    ])
    expect(await said('one: {use: knob, with: {trun: left, plays: forest}}')).toEqual([
      expect.stringContaining('key/unknown template "knob" does not need "trun" - did you mean "turn"?'),
    ])
    expect(await said('one: {use: knob, with: [left]}')).toEqual([
      expect.stringContaining('type/value `with` takes a map'),
    ])
    expect(await said('one: {use: knob, do: []}')).toEqual([expect.stringContaining('unknown key "do"')])
    expect(await said('one: {use: knbo}')).toEqual([
      expect.stringContaining('ref/template there is no template "knbo" - did you mean "knob"?'),
    ])
  })
})

test('what is needed and not used is worth knowing', async () => {
  const text = template.replace('note: text?', 'note: text?, at: time')
  const { said } = await read({ 't.yaml': text }, { adviceAt: new Date('2027-01-15T12:00:00Z') })
  expect(said).toMatchObject([{ file: 't.yaml', line: 3, code: 'template/unused' }])
})

describe('what is hostile is bounded', () => {
  test('many uses of a long template', async () => {
    const long = `${template}${`        - log: "\${with.turn} and more"\n`.repeat(300)}`
    const uses = Array.from(
      { length: 1000 },
      (_, index) => `r${index}: {use: knob, with: {turn: left, plays: forest}}`,
    )
    const { said, rules } = await read({ 't.yaml': long, 'a.yaml': using(...uses) })
    expect(rules).toEqual([])
    expect(said.map(({ code }) => code)).toEqual(['template/too-big'])
  })

  test('a long value in many holes', async () => {
    const hole = `\${with.turn}`
    const holes = template.replace(`log: \${with.note}`, `log: "${hole.repeat(20_000)}"`)
    const use = `one: {use: knob, with: {turn: ${'x'.repeat(50_000)}, plays: forest}}`
    const { said } = await read({
      't.yaml': holes.replace(`- button: \${with.turn}`, '- button: left'),
      'a.yaml': using(use),
    })
    expect(said.map(({ code }) => code)).toContain('template/too-big')
  })

  test('whatever stands in two files, every finding lies in its own file', async () => {
    const texts: Record<string, string> = {
      'a.yaml': using('one: {use: knob, with: {turn: left, plays: forest, most: 3}}'),
      't.yaml': template,
    }
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('a.yaml', 't.yaml'),
        fc.nat(700),
        fc.nat(12),
        fc.constantFrom('', `\${with.`, '}', '{', ': ', 'use', '\n', '- ', '?', 'x'),
        async (file, at, length, put) => {
          const text = texts[file] ?? ''
          const start = at % text.length
          const files = { ...texts, [file]: text.slice(0, start) + put + text.slice(start + length) }
          const { diagnostics } = await read(files)
          expect(diagnostics.length).toBeLessThan(201)
          for (const finding of diagnostics) expect(isInside(finding, files[finding.file] ?? '')).toBe(true)
        },
      ),
      { numRuns: 300 },
    )
  })
})

function isInside(finding: Diagnostic, text: string): boolean {
  const line = text.split('\n')[finding.line - 1]
  formatDiagnostic(finding, text)
  return line !== undefined && finding.column >= 1 && finding.column + finding.length <= line.length + 2
}

describe('holes in what says when and how often', () => {
  const asking = `templates:
  ask:
    needs: {turn: text, long: duration, wait: duration?, rounds: number, late: text?, why: text?}
    rule:
      mode: restart
      when: [{button: left}]
      do:
        - wait: \${with.wait}
        - wait_for: {button: "\${with.turn}", timeout: "\${with.long}", on_timeout: "\${with.late}"}
        - repeat: {times: "\${with.rounds}", do: [{log: "\${with.turn}"}]}
        - repeat: {while: "player.volume > \${with.rounds}", max: "\${with.rounds}", do: [{wait: "\${with.long}"}]}
        - parallel: [{log: x}, [{wait: "\${with.long}"}, {log: "\${with.why}"}]]
        - stop: \${with.why}
`
  const used = (given: string) =>
    read({ 'a.yaml': using(`one: {use: ask, with: {${given}}}`), 't.yaml': asking })

  test('are filled, as what they are', async () => {
    const { rules, said } = await used('turn: right, long: 5m, wait: 2s, rounds: 3, late: stop, why: Enough')
    expect(said).toEqual([])
    expect(rules[0]?.mode).toBe('restart')
    expect(rules[0]?.do).toMatchObject([
      { does: 'wait', ms: 2000 },
      { does: 'wait-for', when: [{ options: { button: 'right' } }], timeoutMs: 300_000, onTimeout: 'stop' },
      { does: 'repeat', rounds: 3, do: [{ options: { message: 'right' } }] },
      { does: 'repeat', most: 3, do: [{ ms: 300_000 }] },
      { does: 'parallel', ways: [[{ kind: 'log' }], [{ ms: 300_000 }, { kind: 'log' }]] },
      { does: 'stop', because: 'Enough' },
    ])
  })

  test('go with what they stood in where nothing is given', async () => {
    const { rules, said } = await used('turn: right, long: 5m, rounds: 3')
    expect(said).toEqual([])
    expect(rules[0]?.do).toMatchObject([
      { does: 'wait-for', timeoutMs: 300_000, onTimeout: [] },
      { does: 'repeat' },
      { does: 'repeat' },
      { does: 'parallel', ways: [[{ kind: 'log' }], [{ does: 'wait' }]] },
    ])
    expect(rules[0]?.do).toHaveLength(4)
  })

  test.each([
    ['turn: rigth, long: 5m, rounds: 3', 'a.yaml:7 trigger `button` takes left, right, next or previous'],
    ['turn: right, long: 8d, rounds: 3', 'a.yaml:7 8d is longer than 7 days'],
    ['turn: right, long: 5m, rounds: 0', 'a.yaml:7 `times` takes a whole number 1-1000'],
    ['turn: right, long: 5m, rounds: 3, late: never', 'a.yaml:7 `on_timeout` takes stop, continue'],
  ])('with what does not fit are told of where it is given: %s', async (given, expected) => {
    const { rules, said } = await used(given)
    expect(rules).toEqual([])
    expect(`${said[0]?.file}:${said[0]?.line} ${said[0]?.message}`).toContain(expected)
    expect(said[0]?.help).toContain('template "ask" puts it in at t.yaml:')
  })
})
