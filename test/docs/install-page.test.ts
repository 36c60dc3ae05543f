import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadOptions } from '../../src/options.ts'
import { until } from '../support/running-app.ts'
import { readPage } from './page.ts'

const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '')
const page = readPage('docs/install.md')
const unit = readPage('docs/yoto-smart-stream.service').text
const setting = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? ''

let folder: string
let child: ChildProcess | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yoto-install-'))
})

afterEach(async () => {
  child?.kill('SIGKILL')
  child = undefined
  await rm(folder, { recursive: true, force: true })
})

/** A line of the service or the page, with the folders of this machine in it. */
function here(line: string): [program: string, ...args: string[]] {
  const words = line
    .replaceAll('/opt/yoto-smart-stream', root)
    .replaceAll('/etc/yoto-smart-stream', folder)
    .replaceAll('/var/lib/yoto-smart-stream', join(folder, 'state'))
    .split(' ')
  return [process.execPath, ...words.slice(words.findIndex((word) => word.endsWith('node')) + 1)]
}

describe('the service', () => {
  test('starts the product with the options file, keeps its state where the service has it, and ends in order', async () => {
    const ports = 'panel: {port: 0}\nmedia: {port: 0, host: 127.0.0.1}\nmqtt: {port: 0}\n'
    await writeFile(join(folder, 'options.yaml'), ports)
    const [program, ...args] = here(setting('ExecStart'))
    const started = spawn(program, args, {
      cwd: root,
      env: { NODE_ENV: 'production', PATH: process.env.PATH },
    })
    child = started
    const closed = once(started, 'close')
    let said = ''
    for (const stream of [started.stdout, started.stderr])
      stream.on('data', (chunk) => {
        said += chunk
      })
    const running = /Panel, REST +(http:\/\/127\.0\.0\.1:\d+)/
    await until('the product says that it runs', () => running.test(said) || started.exitCode !== null)
    const [, panel] = running.exec(said) ?? []
    expect((await fetch(`${panel}/api/health`)).status, said).toBe(200)
    started.kill('SIGTERM')
    expect((await closed)[0]).toBe(0)
    const check = here(/^sudo -u yoto-smart-stream (.* check .*)$/m.exec(page.text)?.[1] ?? '')
    const checked = spawnSync(check[0], check.slice(1), { cwd: root, encoding: 'utf8' })
    expect(checked.stdout).toMatch(/^[1-9]\d* files: 0 errors/m)
  }, 60_000)

  test('has the user that the page makes, a folder for it, and more time to end than the product takes', () => {
    expect(page.text).toContain(`useradd --system --home-dir /var/lib/${setting('StateDirectory')} `)
    expect(page.text).toMatch(new RegExp(`nologin ${setting('User')}$`, 'm'))
    expect(setting('ExecStart')).toContain(`--data /var/lib/${setting('StateDirectory')}`)
    expect(Number.parseInt(setting('TimeoutStopSec'), 10)).toBeGreaterThan(10)
  })

  const hasSystemd = spawnSync('which', ['systemd-analyze']).status === 0
  test.skipIf(!hasSystemd)('is one that systemd takes (skipped where there is no systemd)', async () => {
    const place = join(folder, 'yoto-smart-stream.service')
    await mkdir(folder, { recursive: true })
    await copyFile(join(root, 'docs/yoto-smart-stream.service'), place)
    const verified = spawnSync('systemd-analyze', ['verify', '--man=no', place], { encoding: 'utf8' })
    // That /usr/bin/node is somewhere else here is no fault of the service.
    const faults = verified.stderr
      .split('\n')
      .filter((line) => line !== '' && !/is not executable/.test(line))
    expect(faults).toEqual([])
  })
})

test('the options file of the page is one that the product takes', async () => {
  const [, text = ''] = /<<'OPTIONS'\n([\s\S]*?)\nOPTIONS/.exec(page.text) ?? []
  const file = join(folder, 'options.yaml')
  await writeFile(file, text)
  const { options } = await loadOptions({ argv: ['--options', file], env: {}, cwd: folder, commands: [] })
  expect(options).toMatchObject({
    panel: { auth: 'password', host: '0.0.0.0' },
    mqtt: { url: 'mqtt://127.0.0.1:1883', username: 'yoto' },
    public_url: 'http://192.168.1.20:8098',
  })
})
