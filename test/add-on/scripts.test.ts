import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isRoot, makeTree, placeScript, runScript, service } from './container.ts'
import { inRoot } from './repository.ts'

let made: ReturnType<typeof makeTree>
const at = (path: string) => join(made.tree, path)
const supervised = { SUPERVISOR_TOKEN: 'x' }
const prepare = inRoot('rootfs/usr/lib/yoto-smart-stream/prepare')
const command = inRoot('rootfs/usr/bin/yoto-smart-stream')

beforeEach(() => {
  made = makeTree()
})

afterEach(() => made.remove())

describe('the preparation', () => {
  test('makes the folders of a plain container, and those of Home Assistant', () => {
    expect(runScript(made.tree, [prepare]).status).toBe(0)
    expect(['data', 'config', 'media'].every((folder) => existsSync(at(folder)))).toBe(true)
    expect(existsSync(at('media/yoto'))).toBe(false)
    expect(runScript(made.tree, [prepare], supervised).status).toBe(0)
    expect(existsSync(at('media/yoto'))).toBe(true)
    expect(statSync(at('data')).mode & 0o777).toBe(0o700)
  })

  test('goes where the options say', () => {
    const env = { YOTO_STREAM_FOLDERS_DATA: at('elsewhere'), YOTO_STREAM_FOLDERS_MEDIA: at('music') }
    runScript(made.tree, [prepare], env)
    expect([existsSync(at('elsewhere')), existsSync(at('music')), existsSync(at('data'))]).toEqual([
      true,
      true,
      false,
    ])
  })

  test('opens what a restored backup has closed', () => {
    mkdirSync(at('data/audio'), { recursive: true })
    writeFileSync(at('data/store.sqlite'), '')
    chmodSync(at('data/store.sqlite'), 0o000)
    chmodSync(at('data/audio'), 0o000)
    expect(runScript(made.tree, [prepare]).status).toBe(0)
    expect(statSync(at('data/store.sqlite')).mode & 0o777).toBe(0o600)
    expect(statSync(at('data/audio')).mode & 0o777).toBe(0o700)
  })

  test('says what cannot be made, and how it can', () => {
    writeFileSync(at('data'), 'a file')
    const { status, stderr } = runScript(made.tree, [prepare])
    expect(status).toBe(1)
    expect(stderr).toContain(`prepare: cannot make the folder ${at('data')}; make it, or let`)
  })

  const ownerOf = (path: string) => [lstatSync(at(path)).uid, lstatSync(at(path)).gid]

  test.skipIf(!isRoot)(
    'gives to the user what Home Assistant left to root, and no link leads out (only root can: skipped for others)',
    () => {
      for (const folder of ['data', 'config/rules', 'media/yoto/songs', 'outside'])
        mkdirSync(at(folder), { recursive: true })
      writeFileSync(at('data/options.json'), '{}', { mode: 0o600 })
      writeFileSync(at('outside/passwords'), 'x', { mode: 0o600 })
      symlinkSync(at('outside/passwords'), at('config/link'))
      symlinkSync(at('outside'), at('config/linked'))
      chownSync(at('config/rules'), 4711, 4711)
      expect(runScript(made.tree, [prepare], supervised).status).toBe(0)
      for (const path of ['data', 'data/options.json', 'config/rules', 'config/link', 'media/yoto/songs'])
        expect(ownerOf(path), path).toEqual([1000, 1000])
      for (const path of ['outside', 'outside/passwords', 'media'])
        expect(ownerOf(path), path).toEqual([0, 0])
      expect(statSync(at('data/options.json')).mode & 0o777).toBe(0o600)
    },
  )

  test.skipIf(!isRoot)(
    'leaves a collection to its owners in a plain container, but for its folder (only root can: skipped for others)',
    () => {
      mkdirSync(at('media/songs'), { recursive: true })
      expect(runScript(made.tree, [prepare], { PUID: '1234', PGID: '4321' }).status).toBe(0)
      expect([ownerOf('media'), ownerOf('media/songs'), ownerOf('data')]).toEqual([
        [1234, 4321],
        [0, 0],
        [1234, 4321],
      ])
    },
  )
})

describe.skipIf(!isRoot)('the command, called by root (only root can: skipped for others)', () => {
  const seen = 'echo "as $*"; env | sort'
  const main = () => join(made.tree, 'opt/yoto-smart-stream/dist/main.js')
  const place = () => placeScript(made.tree, 'command/s6-setuidgid', seen)

  test('drops to the user, and hands over what it was given', () => {
    place()
    const { status, stdout } = runScript(made.tree, [command, 'check', 'a file.yaml'], supervised)
    expect(status).toBe(0)
    expect(stdout).toContain(
      `as 1000:1000 node --max-semi-space-size=2 --v8-pool-size=2 --no-sparkplug ${main()} check a file.yaml\n`,
    )
    expect(stdout).toContain(`YOTO_STREAM_FOLDERS_DATA=${at('data')}\n`)
    expect(stdout).toContain(`YOTO_STREAM_FOLDERS_MEDIA=${at('media/yoto')}\n`)
    expect(stdout).not.toContain('PANEL')
  })

  test('opens the panel of a plain container to people who sign in', () => {
    place()
    const { stdout } = runScript(made.tree, [command], { PUID: '501', PGID: '20' })
    expect(stdout).toContain('as 501:20 node ')
    expect(stdout).toContain('YOTO_STREAM_PANEL_AUTH=password\nYOTO_STREAM_PANEL_HOST=0.0.0.0\n')
    expect(stdout).toContain(`YOTO_STREAM_FOLDERS_MEDIA=${at('media')}\n`)
  })

  test('lets what the environment says hold', () => {
    place()
    const env = { YOTO_STREAM_PANEL_AUTH: 'none', YOTO_STREAM_FOLDERS_CONFIG: '/elsewhere' }
    const { stdout } = runScript(made.tree, [command], env)
    expect(stdout).toContain('YOTO_STREAM_PANEL_AUTH=none\nYOTO_STREAM_PANEL_HOST=\n')
    expect(stdout).toContain('YOTO_STREAM_FOLDERS_CONFIG=/elsewhere\n')
  })

  test.each(['0', '00', '', 'yoto', '-1', '1:2'])('never runs as the user "%s"', (PGID) => {
    place()
    for (const env of [{ PGID }, { PUID: PGID }]) {
      const { status, stdout, stderr } = runScript(made.tree, [command], env)
      if (PGID === '') expect(stdout).toContain('as 1000:1000 ')
      else
        expect([status, stdout, stderr]).toEqual([1, '', expect.stringContaining('expected the numbers of')])
    }
  })

  test('never runs as root where nothing can drop', () => {
    const { status, stdout, stderr } = runScript(made.tree, [command])
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toContain(`does not run as root, and ${at('command/s6-setuidgid')} is missing`)
  })
})

describe('the end of the program', () => {
  const result = 'run/s6-linux-init-container-results/exitcode'

  test.each<[code: string, signal: string, before: string, after: string]>([
    ['0', '0', '0', '0'],
    ['1', '0', '0', '1'],
    ['256', '9', '0', '137'],
    ['256', '15', '0', '143'],
    ['1', '0', '3', '3'],
  ])('by %s and signal %s, after %s, ends the container with %s', (code, signal, before, after) => {
    writeFileSync(at(result), before)
    placeScript(made.tree, 'run/s6/basedir/bin/halt', 'echo halted')
    expect(runScript(made.tree, [service('finish'), code, signal]).stdout).toBe('halted\n')
    expect(readFileSync(at(result), 'utf8').trim()).toBe(after)
  })
})
