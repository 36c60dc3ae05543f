/** @module-tag slow */
import { afterEach, expect } from 'vitest'
import { startMosquitto } from '../support/mosquitto.ts'
import { testWith } from '../support/programs.ts'
import { type RunningApp, runApp } from '../support/running-app.ts'

const within = { timeout: 30_000 }
const opened: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const stop of opened.splice(0).reverse()) await stop()
})

interface Health {
  readonly problems: readonly string[]
  readonly problem_names: readonly string[]
}

async function problemsOf({ call }: RunningApp): Promise<Health> {
  return (await call('GET', '/health')).body
}

testWith(
  ['mosquitto'],
  'two products on one base topic each have a problem that says so, until one is stopped',
  { timeout: 90_000 },
  async () => {
    const broker = await startMosquitto()
    opened.push(() => broker.stop())
    const run = async () => {
      const house = await runApp({
        pace: 60,
        env: { YOTO_STREAM_MQTT_URL: broker.url, YOTO_STREAM_SIMULATE: 'always' },
      })
      opened.push(() => house.remove())
      return house
    }
    const one = await run()
    expect((await problemsOf(one)).problem_names).not.toContain('second_instance')
    const two = await run()
    for (const house of [one, two])
      await expect
        .poll(async () => (await problemsOf(house)).problem_names, within)
        .toContain('second_instance')
    expect((await problemsOf(one)).problems).toContainEqual(
      expect.stringMatching(
        /^another Yoto Smart Stream \(version 0\.0\.0, instance [0-9a-f]{12}\) uses the same topics below yoto\/ /,
      ),
    )
    await two.stop()
    await expect
      .poll(async () => (await problemsOf(one)).problem_names, within)
      .not.toContain('second_instance')
  },
)
