import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type RunningApp, runApp } from './support/running-app.ts'
import { VirtualClock } from './support/virtual-clock.ts'

const rules = `stories:
  walk:
    bedtime: night
    scenes:
      gate: {play: stories/crossroads.mp3, left: forest, right: sea, silence: forest}
      forest: {play: stories/forest.mp3, go: gate}
      sea: {play: stories/sea.mp3, ending: by the water}
      night: {play: clips/still-sleepy-time.mp3, ending: asleep}
inputs:
  begin: {type: button}
  go_on: {type: button}
  to_the_sea: {type: button}
  enough: {type: button}
  evening: {type: button}
rules:
  begins: {when: [{story: started}], do: [{log: "begun: \${trigger.story} at \${trigger.scene}"}]}
  reaches: {when: [{story: {is: reached, scene: sea}}], do: [{log: the sea}]}
  walks: {when: [{story: {is: reached, scene: forest}}], do: [{log: the forest}]}
  returns: {when: [{story: {is: reached, scene: gate}}], do: [{log: the gate}]}
  skips: {player: ysimNurseryMini000000001, when: [{button: left}], do: [{skip: next}, {log: skipped}]}
  chooses: {when: [{story: {is: choice, story: walk, choice: right}}], do: [{log: "right at \${trigger.scene}"}]}
  ends: {when: [{story: ended}], do: [{log: "ended: \${trigger.ending}"}]}
  begin: {player: ysimNurseryMini000000001, when: [{input: begin}], do: [{story: {start: walk}}]}
  go_on: {player: ysimNurseryMini000000001, when: [{input: go_on}], do: [{story: {resume: walk}}]}
  to_the_sea: {player: ysimNurseryMini000000001, when: [{input: to_the_sea}], do: [{story: {start: walk, scene: sea}}]}
  enough: {player: ysimNurseryMini000000001, when: [{input: enough}], do: [{story: {end: walk}}]}
  evening: {player: ysimNurseryMini000000001, when: [{input: evening}], do: [{wind_down: {}}]}
`

const player = 'ysimNurseryMini000000001'
const stepMs = 100
const longestMs = 120_000

let data: string
let clock: VirtualClock
let running: RunningApp | undefined

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'yoto-story-rules-'))
  await mkdir(join(data, 'config'), { recursive: true })
  await writeFile(join(data, 'config', 'walk.yaml'), rules)
  clock = new VirtualClock()
})

afterEach(async () => {
  await running?.remove()
  await rm(data, { recursive: true, force: true })
})

async function house() {
  const starting = setInterval(() => void clock.advance(50), 5)
  running = await runApp({ clock, data })
  clearInterval(starting)
  const { call, app, log } = running
  const state = () => app.hub.player(player)
  const said = () => log.lines.flatMap(({ part, message }) => (part === 'rules' ? [message] : []))
  const pass = async (what: string, holds: () => boolean) => {
    for (let passedMs = 0; !holds(); passedMs += stepMs) {
      if (passedMs > longestMs)
        throw new Error(`${longestMs / 1000} s went by in vain until ${what}: ${said()}`)
      await clock.advance(stepMs)
      // What the step brings goes over real sockets.
      await pause(20)
    }
  }
  const says = (line: string) => pass(line, () => log.lines.some(({ message }) => message === line))
  const press = (button: string) => call('POST', `/simulator/players/${player}/press`, { button })
  const wish = (input: string) => call('POST', `/inputs/${input}/press`)
  await pass('the player is there', () => state()?.online === true)
  return { app, call, log, state, pass, says, press, wish }
}

describe('rules', () => {
  test('have a player play a story, hear how it goes on, lead it elsewhere and end it', {
    timeout: 120_000,
  }, async () => {
    const { state, pass, says, press, wish } = await house()
    await wish('begin')
    await says('begun: walk at gate')
    await pass('it plays', () => state()?.playback === 'playing')
    await pass('some of it was heard', () => (state()?.position_s ?? 0) >= 1)
    await press('right')
    await says('right at gate')
    await says('the sea')
    await says('ended: by the water')
    await pass('it is over', () => state()?.playback === 'stopped')

    await wish('to_the_sea')
    await says('begun: walk at sea')
    await pass('it plays', () => state()?.playback === 'playing')
    await wish('enough')
    await pass('it is stopped', () => state()?.playback === 'stopped')
    await wish('go_on')
    await pass('it starts over', () => state()?.playback === 'playing')
  })

  test('are not needed to begin again: whoever pauses twice in a row hears it from its home', {
    timeout: 120_000,
  }, async () => {
    const { call, log, state, pass, says, press, wish } = await house()
    const hand = (act: 'pause' | 'resume') => call('POST', `/simulator/players/${player}/${act}`, {})
    const pauses = async () => {
      await hand('pause')
      await pass('it is paused', () => state()?.playback === 'paused')
    }
    const goesOn = async () => {
      await hand('resume')
      await pass('it goes on', () => state()?.playback === 'playing')
    }
    const begun = () => log.lines.filter(({ message }) => message.startsWith('begun: walk')).length
    await wish('begin')
    await says('begun: walk at gate')
    await pass('some of it was heard', () => (state()?.position_s ?? 0) >= 1)
    await press('left')
    await pass('it is in the forest', () => log.lines.some(({ message }) => message === 'the forest'))
    await pass('some of it was heard', () => (state()?.position_s ?? 0) >= 1)
    // Once is what everybody does.
    await pauses()
    await goesOn()
    await clock.advance(10_000)
    expect(begun()).toBe(1)
    await pauses()
    await goesOn()
    await pauses()
    await pass('it begins again', () => begun() === 2)
    await pass('it plays', () => state()?.playback === 'playing')
  })

  test('that skip with a knob leave its press to the story, which has taken one step for it', {
    timeout: 120_000,
  }, async () => {
    const { log, state, pass, says, press, wish } = await house()
    const gates = () => log.lines.filter(({ message }) => message === 'the gate').length
    await wish('begin')
    await says('begun: walk at gate')
    await pass('some of it was heard', () => (state()?.position_s ?? 0) >= 1)
    const before = gates()
    await press('left')
    const inForest = () => log.lines.some(({ message }) => message === 'the forest') && gates() === before
    await pass('some of the forest is heard', () => inForest() && (state()?.position_s ?? 0) >= 3)
    await says('skipped')
  })

  test('bring a story to its end in the evening by its scene of bedtime', {
    tags: 'slow',
    timeout: 120_000,
  }, async () => {
    const { log, state, pass, says, press, wish } = await house()
    await wish('begin')
    await pass('it plays', () => state()?.playback === 'playing')
    await wish('evening')
    await pass('it is told to end', () =>
      log.lines.some(({ message }) => message.startsWith('player told: end with the story')),
    )
    await press('left')
    await says('ended: asleep')
  })
})
