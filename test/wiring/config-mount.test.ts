import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { checkConfigMount } from '../../src/wiring/config-mount.ts'
import { isInContainer, mountPoints } from '../../src/wiring/mounts.ts'
import { recordingLog } from '../support/recording-log.ts'
import { runApp } from '../support/running-app.ts'

const line = (place: string, fields = 'master:1 - ext4 /dev/sda8 rw') =>
  `512 480 8:8 /x ${place} rw,relatime ${fields}`
const root = '480 300 0:52 / / rw,relatime - overlay overlay rw,lowerdir=/a:/b'
const mountinfo = [
  root,
  line('/data'),
  line('/media'),
  line(String.raw`/my\040own\134\011folder`, 'shared:2 master:3 - ext4 /dev/sda8 rw'),
  line('/etc/hosts'),
  '',
  'no line at all',
].join('\n')

test('mount points are read off the list of the system, with their blanks and signs', () => {
  expect([...mountPoints(mountinfo)]).toEqual(['/', '/data', '/media', '/my own\\\tfolder', '/etc/hosts'])
  for (const text of ['', '\n\n', 'a b c d', '\0'.repeat(100)]) expect([...mountPoints(text)]).toEqual([])
})

test.each([
  ['/config', true],
  ['/', true],
  ['/database', true],
  ['/data', false],
  ['/data/config', false],
  ['/my own\\\tfolder/rules', false],
  ['/my', true],
])('%s is in the container alone: %s', (folder, isAlone) => {
  expect(isInContainer(folder, mountPoints(mountinfo))).toBe(isAlone)
})

describe('of the config folder', () => {
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'yoto-mount-'))
  })

  afterEach(() => rm(folder, { recursive: true }))

  async function said(text: string | null, config = folder) {
    const log = recordingLog()
    const problems: string[] = []
    const set = (name: string, words: string | null) => problems.push(`${name}: ${words}`)
    await checkConfigMount({ folder: config, mountinfo: text, problems: { set }, log })
    return { problems, warned: log.lines.filter(({ level }) => level === 'warn').length }
  }

  test('it is said that it goes with the container, and what to do', async () => {
    expect(await said(root)).toEqual({
      problems: [expect.stringMatching(/^config_folder: .*lost at the next update.*Copy your rule files/)],
      warned: 1,
    })
  })

  test('nothing is said of one that is mounted, or lies in such a folder, also by a link', async () => {
    const nothing = { problems: [], warned: 0 }
    expect(await said(`${root}\n${line(folder)}`)).toEqual(nothing)
    expect(await said(`${root}\n${line(tmpdir())}`)).toEqual(nothing)
    const link = join(tmpdir(), `link-${process.pid}`)
    await symlink(folder, link)
    try {
      expect(await said(`${root}\n${line(folder)}`, link)).toEqual(nothing)
      expect((await said(`${root}\n${line(link)}`, link)).warned).toBe(1)
    } finally {
      await rm(link)
    }
  })

  test('nothing is said where the list is not to be had', async () => {
    for (const text of [null, '', 'nonsense']) expect((await said(text)).problems).toEqual([])
  })
})

test('the whole product has it among its problems', async () => {
  const house = await runApp({ mountinfo: root })
  onTestFinished(() => house.remove())
  const { problem_names: names } = (await house.call('GET', '/health')).body as { problem_names: string[] }
  expect(names).toContain('config_folder')
})
