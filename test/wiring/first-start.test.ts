import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { type SimulatedCloud, startCloud } from '../../src/simulator/cloud.ts'
import { readStories } from '../../src/stories/read/section.ts'
import { prepareFolders } from '../../src/wiring/first-start.ts'
import { switchedOff } from '../../src/wiring/switched-off.ts'
import { fastClock } from '../support/fast-clock.ts'
import { recordingLog } from '../support/recording-log.ts'
import { readingOf } from '../support/rules.ts'
import { type RunningApp, runApp, shipped } from '../support/running-app.ts'
import { canMount, fillDisk, smallDisk } from '../support/small-disk.ts'

const files = readdirSync(shipped).filter((name) => name.endsWith('.yaml'))
const textOf = (file: string) => readFileSync(join(shipped, file), 'utf8')

describe('shipped files that are switched off', () => {
  test('are sound, have all their rules and schedules, and none of them acts', async () => {
    const reading = { ...readingOf({ zone: 'Europe/London' }), stories: readStories }
    const read = (change: (text: string) => string) =>
      readRuleFiles(
        files.map((file) => ({ file, text: change(textOf(file)) })),
        reading,
      )
    const [on, off] = [await read((text) => text), await read(switchedOff)]
    expect(off.diagnostics).toEqual([])
    const idsOf = ({ ruleSet }: typeof on) => ruleSet.rules.map(({ id }) => id)
    expect(idsOf(off)).toEqual(idsOf(on))
    expect(idsOf(on).length).toBeGreaterThan(5)
    expect(off.ruleSet.rules.filter(({ enabled }) => enabled)).toEqual([])
    expect(on.ruleSet.schedules.length).toBeGreaterThan(3)
    expect(off.ruleSet.schedules).toEqual([])
  })

  test.each(files)('are as they were once %s has its lines and signs taken out', (file) => {
    const off = switchedOff(textOf(file))
    const [first, ...lines] = off.split('\n')
    expect(first).toMatch(/^# yaml-language-server: /)
    const isStory = !off.includes('enabled: false')
    const rest = isStory ? lines : lines.slice(2)
    const tests = rest.indexOf('# tests:')
    const on = rest.flatMap((line, at) => {
      if (line === '    enabled: false') return []
      return [tests >= 0 && at >= tests ? line.replace(/^# /, '') : line]
    })
    expect([first, ...on].join('\n')).toBe(textOf(file))
  })
})

describe('the first start', () => {
  let data: string
  let cloud: SimulatedCloud
  const running: RunningApp[] = []

  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'yoto-first-'))
    cloud = await startCloud({ clock: fastClock(10), log: recordingLog(), approveAfterPolls: 0 })
  })

  afterEach(async () => {
    for (const house of running.splice(0).reverse()) await house.stop()
    await cloud.stop()
    await rm(data, { recursive: true, force: true })
  })

  async function product(isReal: boolean): Promise<RunningApp> {
    const house = await runApp({
      data,
      env: isReal
        ? {
            YOTO_STREAM_SIMULATE: 'never',
            YOTO_STREAM_YOTO_CLIENT_ID: cloud.clientId,
            YOTO_STREAM_YOTO_API_URL: cloud.apiUrl,
            YOTO_STREAM_YOTO_AUTH_URL: cloud.authUrl,
            YOTO_STREAM_YOTO_MQTT_URL: cloud.mqttUrl,
          }
        : {},
    })
    running.push(house)
    return house
  }

  const acting = ({ app: { ruleSet } }: RunningApp) => ({
    rules: ruleSet.rules.filter(({ enabled }) => enabled).length,
    schedules: ruleSet.schedules.map(({ stream }) => stream).sort(),
  })
  const nothing = { rules: 0, schedules: [] }
  const saidOff = ({ log }: RunningApp) =>
    log.lines.filter(({ message }) => message.includes('their rules and schedules are switched off')).length

  test('with an account copies rules that do nothing, says so, and never touches them again', async () => {
    const house = await product(true)
    expect(acting(house)).toEqual(nothing)
    expect(saidOff(house)).toBe(1)
    expect((await readdir(join(data, 'config'))).filter((name) => name.endsWith('.yaml')).sort()).toEqual(
      files,
    )
    expect((await house.call('GET', '/streams/queues')).body).toMatchObject({ count: 0 })
    expect((await house.call('GET', '/health')).body).toMatchObject({
      problem_names: expect.not.arrayContaining([expect.stringMatching(/^rules\//)]),
    })
    await house.stop()
    const bedroom = join(data, 'config', 'bedroom.yaml')
    const edited = (await readFile(bedroom, 'utf8')).replace('    enabled: false\n', '')
    await writeFile(bedroom, edited)
    const again = await product(true)
    expect(acting(again)).toEqual({ rules: 0, schedules: ['bedroom'] })
    expect(saidOff(again)).toBe(0)
    expect(await readFile(bedroom, 'utf8')).toBe(edited)
    // The switch of the panel stands over the file.
    const rule = 'right-to-the-forest'
    expect((await again.call('POST', '/rules/enable', { rule, enabled: true })).status).toBeLessThan(300)
    await expect.poll(() => acting(again).rules).toBe(1)
    await again.stop()
    expect(acting(await product(true))).toEqual({ rules: 1, schedules: ['bedroom'] })
  }, 60_000)

  test('with simulated players copies them as they are', async () => {
    const house = await product(false)
    expect(acting(house).rules).toBeGreaterThan(5)
    expect(acting(house).schedules).toContain('bedroom')
    expect(saidOff(house)).toBe(0)
    for (const file of files) expect(await readFile(join(data, 'config', file), 'utf8')).toBe(textOf(file))
  })

  test('leaves a config folder that holds a file alone, and says so where it is the first start', async () => {
    await mkdir(join(data, 'config'), { recursive: true })
    await writeFile(join(data, 'config', 'own.yaml'), 'vars: {n: {start: 0}}\n')
    const saidLeft = ({ log }: RunningApp) =>
      log.lines.filter(({ message }) => message.includes('the shipped rules were not copied')).length
    const house = await product(false)
    expect((await readdir(join(data, 'config'))).filter((name) => name.endsWith('.yaml'))).toEqual([
      'own.yaml',
    ])
    expect(saidLeft(house)).toBe(1)
    await house.stop()
    expect(saidLeft(await product(false))).toBe(0)
  })
})

test.skipIf(!canMount())(
  'a first start without room leaves half of nothing behind, and the next gives all (skipped where a disk cannot be mounted)',
  async () => {
    const { folder: root, remount } = smallDisk('2m')
    const [config, media] = [join(root, 'config'), join(root, 'media')]
    const start = () => prepareFolders({ shipped, config, media, simulate: true, log: recordingLog() })
    const fill = await fillDisk(root)
    await truncate(fill, (await stat(fill)).size - 300_000)
    await expect(start()).rejects.toThrow(
      /^\S+ cannot be written: the disk is full; make room on it and start again$/,
    )
    expect(await readdir(media)).toEqual([])
    await rm(fill)
    remount('size=64m')
    await start()
    const shippedAudio = (await readdir(join(shipped, 'audio'), { recursive: true })).filter(isAudio).sort()
    expect((await readdir(media, { recursive: true })).filter(isAudio).sort()).toEqual(shippedAudio)
    expect((await readdir(config)).sort()).toEqual([...files].sort())
  },
)

function isAudio(name: string): boolean {
  return /\.(mp3|wav|flac|m4a)$/.test(name)
}
