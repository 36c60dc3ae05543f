import { readdirSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type RequestListener, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ControlDoor, openControlDoor } from '../../src/http/control-door.ts'
import { loadOptions } from '../../src/options.ts'
import { askRunning } from '../../src/wiring/ask-running.ts'
import { cardCommand } from '../../src/wiring/card-command.ts'
import { controlSocket } from '../../src/wiring/control-socket.ts'
import { type AccountHouse, openAccountHouse, streamedTrack } from '../support/account-house.ts'
import { until } from '../support/running-app.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

let folder: string
let door: ControlDoor

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yoto-ask-'))
  door = await openControlDoor(controlSocket(folder))
})

afterEach(async () => {
  await door.stop()
  await rm(folder, { recursive: true, force: true })
})

const serve = (handle: RequestListener) => door.serve({ callback: () => handle })
const ask = () => askRunning(folder, { method: 'POST', path: '/x' })

async function card(...words: string[]) {
  const argv = ['card', ...words, '--data', folder]
  const loaded = await loadOptions({ argv, env: { TZ: 'UTC' }, cwd: folder, commands: [cardCommand] })
  return cardCommand.run({ ...loaded, shipped: '', cwd: folder, clock: new VirtualClock() })
}
const files = () => readdirSync(folder).filter((name) => name !== 'control.sock')

describe('an answer', () => {
  test.each([200, 201, 202])('with %i is one', async (status) => {
    serve((_request, response) => response.writeHead(status).end('{"here":1}'))
    expect(await ask()).toEqual({ here: 1 })
  })

  test('may have nothing in it', async () => {
    serve((_request, response) => response.writeHead(204).end())
    expect(await ask()).toEqual({})
  })

  test('is an object in JSON', async () => {
    serve((_request, response) => response.end('[1]'))
    await expect(ask()).rejects.toThrow('something else than a JSON object')
  })

  test('that breaks off is no answer', async () => {
    serve((_request, response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('{"here":1}', () => response.destroy())
    })
    await expect(ask()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('broke off its answer'),
    })
  })

  test('of another status than 2xx is a refusal, whatever it is made of', async () => {
    serve((_request, response) => response.writeHead(404, { 'content-type': 'text/html' }).end('<html>'))
    await expect(ask()).rejects.toMatchObject({ code: 'refused', message: 'the program answered 404' })
  })

  test('that has no end is not held in memory', async () => {
    serve((_request, response) => {
      const piece = Buffer.alloc(1024 * 1024, ' ')
      const more = () => {
        while (!response.destroyed && response.write(piece));
      }
      response.on('drain', more)
      more()
    })
    await expect(ask()).rejects.toMatchObject({ code: 'too_large' })
  })
})

test('places where the account has a card otherwise are a line each, and 1', async () => {
  const differences = [
    { path: 'content.chapters[0].title', account: '"A"', here: '"B"' },
    { path: 'metadata.note', account: null, here: '1' },
  ]
  serve((_request, response) => response.end(JSON.stringify({ state: 'different', differences })))
  expect(await card('compare', 'abcDE')).toEqual({
    answer: 'content.chapters[0].title: account "A", here "B"\nmetadata.note: account nothing, here 1\n',
    failed: true,
  })
  serve((_request, response) => response.end('{"state":"gone","differences":[]}'))
  expect(await card('compare', 'abcDE')).toMatchObject({
    answer: expect.stringContaining('does not have card abcDE any more'),
    failed: true,
  })
})

describe('a back-up', () => {
  let house: AccountHouse

  beforeEach(async () => {
    house = await openAccountHouse()
    serve((asked, response) => {
      const { method, url, headers } = asked
      const passed = request(new URL(url ?? '', house.url), { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers)
        answer.pipe(response)
        answer.on('error', () => response.destroy())
      })
      response.on('close', () => passed.destroy())
      passed.on('error', () => response.destroy())
      asked.pipe(passed)
    })
  })
  afterEach(() => house.stop())

  const addCard = async () =>
    (
      await house.other.save({
        title: 'A',
        content: { chapters: [{ key: 'c1', title: 'C', tracks: [streamedTrack] }] },
      })
    ).cardId

  test('leaves no file where the program is stopped in the midst of it', async () => {
    // The first in the order of ids is given, the other never.
    const [, last = ''] = ['odd01', await addCard()].toSorted()
    const call = new RegExp(`GET .content.${last}`)
    const order = house.cloud.restTrouble.add({ call, status: 'never', times: 1 })
    const saved = card('backup', 'cards.zip').then(
      () => 'saved',
      (error: Error) => error.message,
    )
    await until('the second card is asked for', () => order.taken === 1)
    await until('the first is being written', () => files().length > 0)
    expect(files()).toEqual([expect.stringMatching(/^\.cards\.zip\..*\.part$/)])
    await door.stop()
    expect(await saved).toContain('command card backup: the program broke off its answer')
    expect(files()).toEqual([])
    house.cloud.restTrouble.clear()
    door = await openControlDoor(controlSocket(folder))
  })

  test('is not put over a file that came meanwhile', async () => {
    const [, last = ''] = ['odd01', await addCard()].toSorted()
    const call = new RegExp(`GET .content.${last}`)
    const order = house.cloud.restTrouble.add({ call, status: 503, times: 1 })
    const failed = card('backup', 'cards.zip').catch((error: Error) => error.message)
    await until('the second card is asked for', () => order.taken === 1)
    await until('the first is being written', () => files().length > 0)
    await writeFile(join(folder, 'cards.zip'), 'mine')
    expect(await failed).toContain('already: name another')
    expect(files()).toEqual(['cards.zip'])
  })

  test('says what is missing in it, and is kept all the same', async () => {
    const missing = await addCard()
    const call = new RegExp(`GET .content.${missing}`)
    house.cloud.restTrouble.add({ call, status: 400, times: 9 })
    const { answer, notes, failed } = await card('backup', 'cards.zip')
    expect(answer).toBe(
      `${join(folder, 'cards.zip')} is written: 1 card; 1 missing, named in problems.txt.\n`,
    )
    expect(notes).toMatch(new RegExp(`^missing: card "A" \\(${missing}\\): Yoto refused GET.*\\n$`))
    expect(failed).toBe(true)
    const told = JSON.parse((await card('backup', 'again.zip', '--json')).answer)
    expect(told).toMatchObject({ cards: 1, problems: [expect.stringContaining(missing)] })
  })

  test('that is no whole zip is not kept', async () => {
    serve((_request, response) =>
      response.writeHead(200, { 'content-type': 'application/zip' }).end('PK no zip'),
    )
    await expect(card('backup', 'cards.zip')).rejects.toThrow('this is no whole zip')
    expect(files()).toEqual([])
  })
})

test('a silent program that is stopped is told at once', async () => {
  let arrived: () => void = () => undefined
  const here = new Promise<void>((resolve) => {
    arrived = resolve
  })
  serve(() => arrived())
  const asked = ask().catch((error: Error) => error.message)
  await here
  await door.stop()
  expect(await asked).toContain('the program that runs cannot be asked')
  door = await openControlDoor(controlSocket(folder))
})
