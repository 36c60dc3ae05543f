import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { loadOptions } from '../../src/options.ts'
import { commands } from '../../src/wiring/commands.ts'
import { type RunningApp, runApp, shipped } from '../support/running-app.ts'

const rules = `playlists:
  woods: [clip:lullaby-one]
inputs:
  lamp: {type: switch, name: Lamp}
  feast: {type: switch, name: Feast}
schedules:
  attic: {default: woods, slots: {night: {from: "19:00", to: "06:00", play: none}}}
rules:
  greet:
    when: [{input: {name: lamp, to: true}}]
    do: [{log: Hello}]
  party:
    when: [{input: lamp}]
    if: inputs.feast
    do: [{queue: {set: woods, stream: den}}]
  chime:
    when: [{time: "07:00"}, {webhook: bell}]
    do: [{log: Ding}]
`

let house: RunningApp

beforeAll(async () => {
  house = await runApp()
  expect((await house.call('POST', '/rules/write', { file: 'asked.yaml', text: rules })).body).toMatchObject({
    findings: [],
  })
})

afterAll(() => house.remove())

async function run(...argv: string[]) {
  const { data } = house
  const folders = ['--data', data, '--config', join(data, 'config'), '--media', join(data, 'media')]
  const loaded = await loadOptions({ argv: [...argv, ...folders], env: { TZ: 'UTC' }, cwd: data, commands })
  const command = commands.find(({ name }) => name === loaded.command) ?? expect.unreachable()
  return command.run({ ...loaded, shipped, cwd: data, clock: systemClock })
}

test('a rule that never started is told since when nothing triggered it, and what it waits for', async () => {
  const { answer, notes } = await run('why', 'chime')
  expect(notes).toBe('')
  expect(answer).toMatch(
    /^Rule chime \(asked\.yaml:16\)\nNothing has triggered it since \d\d:\d\d on [\d-]{10}\.\nIt waits until it is 07:00 or the webhook bell is called; by the clock that is next at 07:00 on [\d-]{10}\.\n$/,
  )
})

test('a rule that was started is told what came of it, how its conditions stand, and what it waits for', async () => {
  await house.call('PUT', '/inputs/lamp', { value: true })
  expect((await run('why', 'greet')).answer).toMatch(
    /\nIt ran at .*, because input "lamp" is true, and came to its end\.\nIt waits until the input lamp is set to on\.\n$/,
  )
  expect((await run('why', 'party')).answer).toMatch(
    /\nIt was triggered at .*, and did not run: its condition .* does not hold\. It saw that .*\nNone of its starts that are kept came to anything\.\nNow it would not run: `inputs\.feast` does not hold \(inputs\.feast is no\)\.\nIt waits until /,
  )
  const asked = JSON.parse((await run('why', 'greet', '--json')).answer)
  expect(asked).toMatchObject({ by: 'program', rule: 'greet', traces: [{ outcome: 'done' }] })
  const { body } = await house.call('GET', '/rules/greet/why')
  expect(body).toMatchObject({ rule: 'greet', text: asked.text })
})

test('tonight has what a rule has put into a stream beside what schedules and clocks bring', async () => {
  await house.call('PUT', '/inputs/feast', { value: true })
  await house.call('PUT', '/inputs/lamp', { value: false })
  const { answer } = await run('tonight')
  expect(answer).toMatch(/^\w{3} \d+ \w{3} \d\d:\d\d to \w{3} \d+ \w{3} 12:00, by the clocks of UTC\.\n/)
  expect(answer).toMatch(/ 06:00-19:00 +woods +default\n/)
  expect(answer).toContain('\nden\n   now: woods (1 item), clip:lullaby-one is due; by rule party\n')
  expect(answer).toMatch(/07:00 {2}rule chime {2}time, asked\.yaml:16 {2}writes "Ding" into the log\n/)
  const asked = JSON.parse((await run('tonight', '--json')).answer)
  expect(asked.now).toMatchObject([{ stream: 'den', playlist: 'woods', reason: 'rule party' }])
})

test('where no product runs, why tells what the last one kept', async () => {
  await house.stop()
  const { answer, notes } = await run('why', 'greet')
  expect(notes).toBe('no program runs with this data folder: this is what is kept\n')
  expect(answer).toContain('because input "lamp" is true, and came to its end.\n')
  expect((await run('why', 'chime')).answer).toContain('It has never been started, as far as is kept.\n')
  await expect(run('why', 'gret')).rejects.toThrow('there is no rule "gret" - did you mean "greet"?')
})
