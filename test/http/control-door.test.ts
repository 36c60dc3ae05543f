import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type ControlDoor, openControlDoor } from '../../src/http/control-door.ts'
import { askRunning } from '../../src/wiring/ask-running.ts'
import { controlSocket } from '../../src/wiring/control-socket.ts'

let folder: string
let door: ControlDoor | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yoto-control-'))
})

afterEach(async () => {
  await door?.stop()
  door = undefined
  await rm(folder, { recursive: true, force: true })
})

async function open(path = controlSocket(folder)): Promise<void> {
  door = await openControlDoor(path)
  const callback = () => (_request: unknown, response: { end(text: string): unknown }) =>
    response.end('{"here":1}')
  door.serve({ callback })
}

const ask = () => askRunning(folder, { method: 'GET', path: '/cards' })
const modeOf = async (path: string) => (await stat(path)).mode & 0o777

test('is open to its owner alone, from its first moment, whatever the umask is', async () => {
  const path = controlSocket(folder)
  const modes: number[] = []
  const { listen } = Server.prototype
  const listening = vi.spyOn(Server.prototype, 'listen').mockImplementation(function (
    this: Server,
    ...asked
  ) {
    const server = Reflect.apply(listen, this, asked)
    modes.push(statSync(path).mode & 0o777)
    return server
  })
  const before = process.umask(0)
  try {
    door = await openControlDoor(path)
    expect([...modes, await modeOf(path)]).toEqual([0o600, 0o600])
    expect(process.umask()).toBe(0)
  } finally {
    process.umask(before)
    listening.mockRestore()
  }
})

test('is gone when it was stopped', async () => {
  await open()
  expect(await ask()).toEqual({ here: 1 })
  await door?.stop()
  expect(existsSync(controlSocket(folder))).toBe(false)
  await expect(ask()).rejects.toThrow('no program is running with this data folder')
})

test('takes the place of one whose program was killed', async () => {
  const listen = `require('node:net').createServer().listen(process.argv[1], () => console.log('here'))`
  const child = spawn(process.execPath, ['-e', listen, controlSocket(folder)])
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(existsSync(controlSocket(folder))).toBe(true)
  await expect(ask()).rejects.toThrow('no program is running with this data folder')
  await open()
  expect(await ask()).toEqual({ here: 1 })
})

test('leaves a living one alone', async () => {
  await open()
  await expect(openControlDoor(controlSocket(folder))).rejects.toThrow('another program listens')
  expect(await ask()).toEqual({ here: 1 })
})

test('leaves alone what is no socket, a link among it', async () => {
  await writeFile(controlSocket(folder), 'mine')
  await expect(openControlDoor(controlSocket(folder))).rejects.toThrow('something else: move it away')
  await rm(controlSocket(folder))
  await symlink(join(folder, 'elsewhere'), controlSocket(folder))
  await expect(openControlDoor(controlSocket(folder))).rejects.toThrow('something else: move it away')
})

test('a path of 107 bytes is the longest, and words say so of a longer one', async () => {
  const fitting = join(folder, 'x'.repeat(107 - Buffer.byteLength(join(folder, '/'))))
  expect(Buffer.byteLength(fitting)).toBe(107)
  await open(fitting)
  expect(await modeOf(fitting)).toBe(0o600)
  await expect(openControlDoor(`${fitting}é`)).rejects.toThrow(/too long for a socket.*109 bytes.*107/)
  const deep = join(folder, 'x'.repeat(100))
  await expect(askRunning(deep, { method: 'GET', path: '/cards' })).rejects.toThrow(
    'choose a shorter one with --data',
  )
})

test('what does not answer in JSON is told by its status', async () => {
  await open()
  const callback =
    () => (_request: unknown, response: { statusCode: number; end(text: string): unknown }) => {
      response.statusCode = 500
      response.end('<html>')
    }
  door?.serve({ callback })
  await expect(ask()).rejects.toThrow('the program answered 500')
})

test('before there is anything to serve it says so', async () => {
  door = await openControlDoor(controlSocket(folder))
  const status = await new Promise((resolve) => {
    request({ socketPath: controlSocket(folder), path: '/' }, (answer) => resolve(answer.statusCode)).end()
  })
  expect(status).toBe(503)
})
