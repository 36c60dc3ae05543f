import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningApp, runApp, shipped, until } from '../support/running-app.ts'

let house: RunningApp
let config: string

beforeAll(async () => {
  house = await runApp()
  config = join(house.data, 'config')
  // What comes with the product stays out of the way.
  for (const { file } of (await get()).files) await ask('delete', { file })
})

afterAll(() => house.remove())

interface Answer {
  readonly status: number
  readonly etag: string | null
  // biome-ignore lint/suspicious/noExplicitAny: answers are compared with what they should be
  readonly body: any
}

async function ask(act: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const answer = await fetch(`${house.app.panelUrl}/api/rules/${act}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  return { status: answer.status, etag: answer.headers.get('etag'), body: await answer.json() }
}

async function get(): Promise<Answer['body']> {
  return (await house.call('GET', '/rules')).body
}

const rule = (id: string) => `rules:\n  ${id}:\n    when: [{button: right}]\n    do: [{log: hello}]\n`
const ids = () => house.app.ruleSet.rules.map(({ id }) => id)

test('a file is written, runs, is read with its tag, changed with it, and deleted', async () => {
  const written = await ask('write', { file: 'a/bed.yaml', text: rule('one') })
  expect(written).toMatchObject({
    status: 200,
    body: { state: 'running', message: '"a/bed.yaml" is saved and runs' },
  })
  expect(ids()).toEqual(['one'])
  const read = await ask('read', { file: 'a/bed.yaml' })
  expect(read).toMatchObject({
    status: 200,
    etag: written.etag,
    body: { text: rule('one'), state: 'running' },
  })
  const change = (headers: Record<string, string>) =>
    ask('write', { file: 'a/bed.yaml', text: rule('two') }, headers)
  expect(await change({})).toMatchObject({ status: 409 })
  expect(await change({ 'if-match': '"other"' })).toMatchObject({ status: 412 })
  expect(await change({ 'if-match': String(read.etag) })).toMatchObject({ status: 200 })
  expect(await change({ 'if-match': String(read.etag) })).toMatchObject({ status: 412 })
  expect(ids()).toEqual(['two'])
  expect(await readdir(join(config, 'a'))).toEqual(['bed.yaml'])
  expect(await ask('delete', { file: 'a/bed.yaml' })).toMatchObject({ status: 200, body: { kept: null } })
  expect(ids()).toEqual([])
  expect(await ask('read', { file: 'a/bed.yaml' })).toMatchObject({ status: 404 })
  expect(await ask('delete', { file: 'a/bed.yaml' })).toMatchObject({ status: 404 })
})

test('a text with an error is kept, and the last good version runs on, as health and the list say', async () => {
  await ask('write', { file: 'bed.yaml', text: rule('good') })
  const slip = await ask('write', { file: 'bed.yaml', text: 'rules: {good: {}}\n' }, { 'if-match': '*' })
  expect(slip.body).toMatchObject({
    state: 'last-good',
    rules: [{ id: 'good', enabled: true, switched: false }],
  })
  expect(slip.body.findings[0]).toMatchObject({ file: 'bed.yaml', line: 1, level: 'error' })
  expect(await readFile(join(config, 'bed.yaml'), 'utf8')).toBe('rules: {good: {}}\n')
  const health = async (): Promise<Answer['body']> => (await house.call('GET', '/health')).body
  expect((await health()).problem_names).toContain('rules/bed.yaml')
  expect((await get()).files).toMatchObject([{ file: 'bed.yaml', state: 'last-good' }])
  await ask('write', { file: 'bed.yaml', text: rule('good') }, { 'if-match': '*' })
  expect((await health()).problem_names).not.toContain('rules/bed.yaml')
  await ask('delete', { file: 'bed.yaml' })
})

test('a text is checked and nothing written', async () => {
  const { body } = await ask('check', { file: 'new.yaml', text: 'rules: {good: {}}\n' })
  expect(body).toMatchObject({ files: ['new.yaml'], unread: [] })
  expect(body.findings[0]).toMatchObject({
    file: 'new.yaml',
    line: 1,
    column: 15,
    level: 'error',
    code: 'key/missing',
  })
  expect((await get()).files).toEqual([])
})

test('a light for a Mini is named by the check and by the list, and is no problem of the household', async () => {
  const text = 'rules: {one: {player: nursery, when: [{time: "19:00"}], do: [{ambient: "#300000"}]}}\n'
  await until('the players are there', () => house.app.hub.players().length > 0)
  const places = [{ code: 'rule/not-on-model', level: 'warning', line: 1 }]
  expect((await ask('check', { file: 'light.yaml', text })).body.findings).toMatchObject(places)
  expect((await ask('write', { file: 'light.yaml', text })).body).toMatchObject({ findings: places })
  expect((await get()).files[0].findings).toMatchObject(places)
  const health: Answer['body'] = (await house.call('GET', '/health')).body
  expect(health.problem_names).not.toContain('rule_player/nursery')
  await ask('delete', { file: 'light.yaml' })
})

test('a player that there is not is named by the check, the list, and health, at each place', async () => {
  const text = `rules:
  one: {player: NAME, when: [{time: "19:00"}], do: [{pause: {}}]}
  two: {when: [{time: "20:00"}], do: [{pause: NAME}]}
`.replaceAll('NAME', 'nursrey')
  await until('the players are there', () => house.app.hub.players().length > 0)
  const places = [
    {
      code: 'ref/player',
      level: 'warning',
      line: 2,
      help: expect.stringContaining('there are: nursery, den'),
    },
    { code: 'ref/player', level: 'warning', line: 3 },
  ]
  expect((await ask('check', { file: 'bed.yaml', text })).body.findings).toMatchObject(places)
  expect((await ask('write', { file: 'bed.yaml', text })).body).toMatchObject({
    state: 'running',
    findings: places,
  })
  expect((await get()).files[0].findings).toMatchObject(places)
  expect((await get()).files[0].findings[1].excerpt).toContain('^^^^^^^')
  const health: Answer['body'] = (await house.call('GET', '/health')).body
  expect(health.problem_names).toContain('rule_player/nursrey')
  expect(health.problems.join()).toContain('there is no player "nursrey"')
  await ask('delete', { file: 'bed.yaml' })
  const later: Answer['body'] = (await house.call('GET', '/health')).body
  expect(later.problem_names).not.toContain('rule_player/nursrey')
})

test('a playlist whose folder is empty is a problem, in the plan and explained, until audio lies there', async () => {
  const text = 'playlists:\n  tales: {folder: tails}\nschedules:\n  attic: {default: tales}\n'
  expect((await ask('write', { file: 'attic.yaml', text })).body.findings).toMatchObject([
    { code: 'playlist/silent', level: 'warning', line: 2 },
  ])
  const health = async (): Promise<Answer['body']> => (await house.call('GET', '/health')).body
  expect((await health()).problem_names).toContain('playlist/tales')
  const planned: Answer['body'] = (await house.call('GET', '/plan?days=1')).body
  expect(planned.schedules.find(({ stream }: { stream: string }) => stream === 'attic').slots).toMatchObject([
    { playlist: 'tales', silent: true },
  ])
  const body: Answer['body'] = (await house.call('POST', '/rules/explain', { schedule: 'attic' })).body
  expect(body.explanations[0].text).toContain('playlist tales (which brings nothing now)')
  await mkdir(join(house.data, 'media', 'tails'))
  await copyFile(
    join(shipped, 'audio', 'music', 'lullaby-one.mp3'),
    join(house.data, 'media', 'tails', 'one.mp3'),
  )
  await ask('reload', {})
  expect((await health()).problem_names).not.toContain('playlist/tales')
  expect((await get()).files.find(({ file }: { file: string }) => file === 'attic.yaml').findings).toEqual([])
  await ask('delete', { file: 'attic.yaml' })
})

test('the answer to a deletion says what makes the stream anew, and where that stands', {
  tags: 'slow',
}, async () => {
  const text = `playlists: {tales: [music/lullaby-one.mp3]}
schedules:
  attic: {default: tales}
rules:
  more:
    stream: attic
    when: [{button: right}]
    do: [{queue: {add: tales}}]
`
  await ask('write', { file: 'attic.yaml', text })
  await until('the schedule has filled it', () => house.app.hub.queue('attic') !== undefined)
  const { body }: Pick<Answer, 'body'> = await house.call('DELETE', '/streams/attic')
  expect(body.message).toContain(
    '; it comes back: its schedule (attic.yaml:3) within a minute, rule "more" (attic.yaml:5) when it runs. Take it out of the rules first',
  )
  expect(body.comes_back).toMatchObject([{ kind: 'schedule' }, { kind: 'rule', name: 'more' }])
  await until('it is there again', () => house.app.hub.queue('attic') !== undefined)
  await ask('delete', { file: 'attic.yaml' })
  const again: Pick<Answer, 'body'> = await house.call('DELETE', '/streams/attic')
  expect(again.body).toMatchObject({ comes_back: [], message: expect.not.stringContaining('comes back') })
})

test('a rule about a stream that was deleted is warned of, until there is one of that name', async () => {
  const fill = () => house.call('POST', '/streams/loft/queue', { files: ['music/lullaby-one.mp3'] })
  const text = 'rules:\n  r: {stream: loft, when: [{button: right}], do: [{skip: next}]}\n'
  await fill()
  const missed = async () =>
    (await ask('check', { file: 'loft.yaml', text })).body.findings.map(({ code }: { code: string }) => code)
  expect(await missed()).toEqual([])
  await house.call('DELETE', '/streams/loft')
  expect(await missed()).toEqual(['ref/stream'])
  await fill()
  expect(await missed()).toEqual([])
})

test('a rule is switched off and on over its file', async () => {
  await ask('write', { file: 'bed.yaml', text: rule('r') })
  expect((await ask('enable', { rule: 'r', enabled: false })).status).toBe(200)
  expect((await get()).files[0].rules).toMatchObject([
    { id: 'r', name: null, enabled: false, enabled_in_file: true, switched: true },
  ])
  await ask('enable', { rule: 'r', enabled: null })
  expect((await get()).files[0].rules).toMatchObject([{ enabled: true, switched: false }])
  expect((await ask('enable', { rule: 'x', enabled: false })).status).toBe(404)
  await ask('delete', { file: 'bed.yaml' })
})

describe('no name leads elsewhere', () => {
  test.each([
    '../out.yaml',
    '/tmp/out.yaml',
    'a/../../out.yaml',
    'a//b.yaml',
    './a.yaml',
    '.hidden.yaml',
    '.schema/a.yaml',
    'plugins/a.yaml',
    'node_modules/a.yaml',
    'a.yml',
    'a.js',
    'a\\..\\b.yaml',
    'a\0.yaml',
    'a\n.yaml',
    '.yaml',
    '',
    `${'a'.repeat(190)}/${'b'.repeat(9)}.yaml`,
    '1/2/3/4/5/6/7/8/9.yaml',
  ])('as %j', async (file) => {
    for (const act of ['read', 'write', 'delete', 'check'])
      expect([
        act,
        (await ask(act, { file, ...(/write|check/.test(act) ? { text: '' } : {}) })).status,
      ]).toEqual([act, 422])
  })

  test('nor does a link out of the folder, of a file or of a folder', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'yoto-elsewhere-'))
    await writeFile(join(elsewhere, 'secret.yaml'), 'x: 1\n')
    await symlink(join(elsewhere, 'secret.yaml'), join(config, 'link.yaml'))
    await symlink(elsewhere, join(config, 'more'))
    for (const file of ['link.yaml', 'more/secret.yaml', 'more/new.yaml', 'more/deep/new.yaml']) {
      const headers = { 'if-match': '*' }
      expect([file, (await ask('write', { file, text: 'y: 2\n' }, headers)).status]).toEqual([
        file,
        expect.toBeOneOf([403, 412]),
      ])
      expect([file, (await ask('write', { file, text: 'y: 2\n' })).status]).toEqual([file, 403])
      expect([file, (await ask('delete', { file })).status]).toEqual([file, expect.toBeOneOf([403, 404])])
    }
    expect(await readdir(elsewhere)).toEqual(['secret.yaml'])
    expect(await readFile(join(elsewhere, 'secret.yaml'), 'utf8')).toBe('x: 1\n')
    await rm(join(config, 'link.yaml'))
    await rm(join(config, 'more'))
    await rm(elsewhere, { recursive: true })
  })
})

test('what is written by hand is taken up by itself, or at once when that is asked', async () => {
  await mkdir(join(config, 'byhand'), { recursive: true })
  await writeFile(join(config, 'byhand', 'a.yaml'), rule('mine'))
  await until('it was taken up', () => ids().includes('mine'))
  await writeFile(join(config, 'byhand', 'a.yaml'), rule('yours'))
  const { body } = await ask('reload', {})
  expect(body.files).toMatchObject([{ file: 'byhand/a.yaml', rules: [{ id: 'yours' }] }])
})

test('a finding brings the line of the file with its carets, and a rule the name that people gave it', async () => {
  await ask('write', { file: 'named.yaml', text: rule('n').replace('when:', 'name: Good night\n    when:') })
  const written = await ask('write', { file: 'slip.yaml', text: rule('s').replace('button', 'buton') })
  const excerpt = '    3 |     when: [{buton: right}]\n      |             ^^^^^'
  expect(written.body.findings).toMatchObject([{ line: 3, column: 13, excerpt }])
  const { files } = await get()
  const named = files.find(({ file }: { file: string }) => file === 'named.yaml')
  expect(named.rules).toMatchObject([{ id: 'n', name: 'Good night' }])
  for (const file of ['named.yaml', 'slip.yaml']) await ask('delete', { file })
})
