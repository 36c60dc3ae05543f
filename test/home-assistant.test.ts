import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runApp, until } from './support/running-app.ts'
import { StandInSupervisor, secret } from './support/stand-in-supervisor.ts'

const rules = `rules:
  bedtime:
    when:
      - ha: {entity: input_boolean.bedtime, to: "on"}
    if: state('input_boolean.bedtime') == 'on' and ha('light.nursery') != 'on'
    do:
      - ha: {action: light.turn_on, target: {entity_id: light.nursery}, data: {brightness_pct: 10}}
  locks-up:
    when:
      - ha: {entity: input_boolean.bedtime, to: "off"}
    do:
      - ha: lock.lock
  at-sunset:
    when:
      - sun: sunset
    do:
      - log: dark
`

test.each([
  ['through its Supervisor', false],
  ['by the address and token of the options', true],
])(
  'the whole product hears Home Assistant, calls it, and knows from it where the house is, %s',
  async (_way, isDirect) => {
    const house = await StandInSupervisor.start({ config: { latitude: 51.5, longitude: -0.13 }, isDirect })
    onTestFinished(() => house.stop())
    house.set('input_boolean.bedtime', 'off')
    house.set('light.nursery', 'off')
    const data = await mkdtemp(join(tmpdir(), 'yoto-home-assistant-'))
    await mkdir(join(data, 'config'))
    await writeFile(join(data, 'config', 'house.yaml'), rules)
    const direct = {
      YOTO_STREAM_HOMEASSISTANT_URL: house.access.address,
      YOTO_STREAM_HOMEASSISTANT_TOKEN: secret,
    }
    const env = {
      YOTO_STREAM_SIMULATE: 'never',
      YOTO_STREAM_HOMEASSISTANT_ALLOW: 'light,lock',
      ...(isDirect ? direct : {}),
    }
    const running = await runApp({ data, env, ...(isDirect ? {} : { supervisor: house.supervisor }) })
    onTestFinished(() => running.remove())
    expect(running.app.ruleSet.rules.map(({ id }) => id)).toEqual(['bedtime', 'locks-up', 'at-sunset'])
    await until('the entity is watched', () => house.subscribed.length === 1)
    house.set('input_boolean.bedtime', 'on')
    await until('the light is called', () => house.calls.length === 1)
    expect(house.calls[0]).toMatchObject({
      ...{ domain: 'light', service: 'turn_on' },
      target: { entity_id: 'light.nursery' },
      service_data: { brightness_pct: 10 },
    })
    house.outcome = { code: 'home_assistant_error', message: 'The lock is jammed' }
    house.set('input_boolean.bedtime', 'off')
    await until('the lock is called', () => house.calls.length === 2)
    await until('the log says why', () =>
      running.log.lines.some(({ detail }) => String(detail?.error).includes('The lock is jammed')),
    )
    const { body } = await running.call('GET', '/events?kind=command')
    const told = JSON.stringify(body)
    expect(told).toContain('"type":"ha"')
    expect(told).toContain('light.turn_on')
    expect(told).toContain('The lock is jammed')
    const { body: diagnostics } = await running.call('GET', '/diagnostics')
    await running.stop()
    const entries = await readdir(data, { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    expect(files.length).toBeGreaterThan(5)
    // It is another at each start.
    for (const file of files) expect([file, (await readFile(file)).includes(secret)]).toEqual([file, false])
    expect(`${told}${JSON.stringify(diagnostics)}${JSON.stringify(running.log.lines)}`).not.toContain(secret)
  },
  60_000,
)
