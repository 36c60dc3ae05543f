import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { runApp, until } from './support/running-app.ts'
import { StandInSupervisor } from './support/stand-in-supervisor.ts'
import { VirtualClock } from './support/virtual-clock.ts'

const player = 'ysimNurseryMini000000001'
const rules = `stories:
  walk:
    scenes:
      door:
        branch:
          - {if: "state('light.nursery') == 'on'", go: hall}
          - {if: "vars.snow and player.id == '${player}'", go: snow}
          - go: yard
      hall: {play: stories/sea.mp3, go: end}
      snow: {play: stories/sea.mp3, go: end}
      yard: {play: stories/sea.mp3, go: end}
      end: {play: stories/forest.mp3, ending: end}
vars: {snow: false}
inputs:
  begin: {type: button}
  snows: {type: button}
rules:
  tells: {when: [{story: started}], do: [{log: "begun at \${trigger.scene}"}]}
  begin: {player: ${player}, when: [{input: begin}], do: [{story: {start: walk}}]}
  snows: {when: [{input: snows}], do: [{set: {snow: true}}]}
`

const stepMs = 100
const longestMs = 120_000

test('a story asks the running house: its vars, its players, and entities of Home Assistant', {
  timeout: 120_000,
}, async () => {
  const homeAssistant = await StandInSupervisor.start()
  onTestFinished(() => homeAssistant.stop())
  homeAssistant.set('light.nursery', 'unavailable')
  const data = await mkdtemp(join(tmpdir(), 'yoto-story-house-'))
  onTestFinished(() => rm(data, { recursive: true, force: true }))
  await mkdir(join(data, 'config'))
  await writeFile(join(data, 'config', 'walk.yaml'), rules)
  const clock = new VirtualClock()
  const starting = setInterval(() => void clock.advance(50), 5)
  const running = await runApp({ clock, data, supervisor: homeAssistant.supervisor })
  clearInterval(starting)
  onTestFinished(() => running.remove())
  const { app, call, log } = running
  const pass = async (what: string, holds: () => boolean) => {
    for (let passedMs = 0; !holds(); passedMs += stepMs) {
      if (passedMs > longestMs) throw new Error(`it never came to this: ${what}`)
      await clock.advance(stepMs)
      await pause(5)
    }
  }
  const begun = () => log.lines.flatMap(({ message }) => (message.startsWith('begun') ? [message] : []))
  const begin = async () => {
    const before = begun().length
    await call('POST', '/inputs/begin/press')
    await pass('it has begun', () => begun().length > before)
    return begun().at(-1)
  }
  await pass('the player is there', () => app.hub.player(player)?.online === true)
  await until('the entity is watched', () => homeAssistant.subscribed.flat().includes('light.nursery'))
  expect(await begin()).toBe('begun at yard')
  expect(JSON.stringify(log.lines)).toContain("state('light.nursery') is not known")
  await call('POST', '/inputs/snows/press')
  await pass('it snows', () => app.hub.vars().get('snow') === true)
  expect(await begin()).toBe('begun at snow')
  homeAssistant.set('light.nursery', 'on')
  // The news of it is on its way.
  for (let tries = 0; tries < 50 && (await begin()) !== 'begun at hall'; tries++) await pause(20)
  expect(begun().at(-1)).toBe('begun at hall')
  const { body } = await call('GET', '/stories')
  expect(JSON.stringify(body)).toContain('a card cannot ask the house')
})
