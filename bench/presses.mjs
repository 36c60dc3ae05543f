// From the press on a simulated player to the first byte of the other audio, a thousand times, while the player
// gives trouble; and whether every press was counted once and brought the right audio. `npm run bench:presses`.
// Figures are of this machine; the peer in the same run is a bare file server behind the same network.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer, get } from 'node:http'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startApp } from '../build/app.js'
import { systemClock } from '../build/core/clock.js'
import { loadOptions } from '../build/options.js'
import { at, postJson, print, sleep, spread } from './figures.mjs'

const trouble = { headBeforeGet: true, rangeOnResume: true, retryAfterBreak: true }
const setUps = [
  { name: 'no trouble', presses: 250, doubts: {} },
  { name: 'HEAD, Range, retries', presses: 250, doubts: trouble },
  { name: 'the same, keys late', presses: 250, doubts: { ...trouble, mqttKeys: 'late' } },
  { name: 'the same, keys missing', presses: 250, doubts: { ...trouble, mqttKeys: 'missing' } },
  { name: 'look-ahead, confirm: mqtt', presses: 100, doubts: { lookAhead: true }, card: { confirm: 'mqtt' } },
  {
    name: 'events ignored, slots: linear',
    presses: 100,
    doubts: { ignoreEventsOnStreams: true, headBeforeGet: true },
    card: { slots: 'linear' },
    // An ordinary chapter that may have come to its end tells of no press.
    seconds: 15,
  },
]
const pauseMs = 250
// A player that looks ahead then has something to look ahead to.
const itemSeconds = 2.4
const bytesPerSecond = 16_000
const root = fileURLToPath(new URL('..', import.meta.url))
const files = {
  left: await readFile(join(root, 'rules/audio/stories/sea.mp3')),
  right: await readFile(join(root, 'rules/audio/stories/forest.mp3')),
}
const rules = `rules:
  left: {stream: bench, when: [button: left], do: [queue: {set: left.mp3}]}
  right: {stream: bench, when: [button: right], do: [queue: {set: right.mp3}]}
`

const all = []
let wrong = 0
let miscounted = 0
for (const setUp of setUps) {
  const outcome = await measured(setUp)
  if (setUp.card === undefined) all.push(...outcome.times)
  wrong += outcome.wrong
  miscounted += outcome.miscounted
  print(setUp.name, `${spread(outcome.times)}; ${outcome.wrong} wrong, ${outcome.miscounted} lost or double`)
}
print(`press → first byte of the other audio, ${all.length} presses of the first four`, spread(all))
const peer = await bareServer(all.length)
print('request → first byte from a bare node:http server, the same network', spread(peer))
print('ratio of the medians', (at(all, 0.5) / at(peer, 0.5)).toFixed(2))
print('presses that brought other audio', wrong)
print('presses that were lost or counted twice', miscounted)
process.exitCode = wrong + miscounted === 0 ? 0 : 1

async function measured({ presses, doubts, card, seconds = itemSeconds }) {
  const network = await watchedNetwork()
  const items = Object.entries(files).map(([name, bytes]) => [name, bytes.subarray(0, seconds * bytesPerSecond)])
  const house = await household(network, doubts, items)
  const { app, player } = house
  const events = []
  app.hub.subscribe('the bench', ({ kind, event }) => {
    if (kind === 'event' && event.type === 'button') events.push(event.button)
  })
  await app.hub.mutateQueue('bench', { op: 'append', files: ['left.mp3'] }, 'bench')
  const made = await postJson(`${app.panelUrl}/api/cards`, { stream: 'bench', ...card })
  const heard = network.nextAudio()
  await player.insert(made.card_id)
  await heard
  await sleep(500)
  const times = []
  const pressed = []
  let wrong = 0
  for (let press = 0; press < presses; press++) {
    const button = Math.random() < 0.5 && card?.slots !== 'linear' ? pressed.at(-1) ?? 'left' : press % 2 ? 'left' : 'right'
    const audio = network.nextAudio(() => player.snapshot().chapterKey)
    const start = performance.now()
    await player.press(button)
    times.push((await audio) - start)
    pressed.push(button)
    await sleep(50 + Math.random() * pauseMs)
    const got = player.received()
    if (got.length === 0 || !files[button].subarray(0, got.length).equals(got)) wrong++
  }
  await sleep(doubts.mqttKeys === 'late' ? 4_000 : 1_000)
  const isSame = events.length === pressed.length && events.every((button, index) => button === pressed[index])
  const miscounted = isSame ? 0 : Math.max(1, Math.abs(events.length - pressed.length))
  await house.stop()
  await network.stop()
  return { times, wrong, miscounted }
}

async function household(network, doubts, items) {
  const data = await mkdtemp(join(tmpdir(), 'yoto-bench-'))
  await mkdir(join(data, 'config'))
  await mkdir(join(data, 'media'))
  await writeFile(join(data, 'config', 'bench.yaml'), rules)
  for (const [name, bytes] of items) await writeFile(join(data, 'media', `${name}.mp3`), bytes)
  const ports = Object.fromEntries(['PANEL', 'MEDIA', 'MQTT'].map((door) => [`YOTO_STREAM_${door}_PORT`, '0']))
  const env = { ...ports, YOTO_STREAM_MEDIA_HOST: '127.0.0.1', YOTO_STREAM_PUBLIC_URL: network.url }
  const { options } = await loadOptions({ argv: ['--data', data], env, cwd: data })
  const app = await startApp({
    options,
    simulate: true,
    simulatedDoubts: doubts,
    embeddedBroker: true,
    shipped: join(root, 'rules'),
    version: 'bench',
    clock: systemClock,
    log: quiet(),
  })
  network.leadTo(app.mediaUrl)
  return {
    app,
    player: app.simulator.players[0],
    async stop() {
      await app.stop()
      await rm(data, { recursive: true })
    },
  }
}

/** Stands before the media door and tells when the first byte of an answer's body comes by. */
async function watchedNetwork() {
  let port = 0
  let waiting = null
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    let request = ''
    let answer = Buffer.alloc(0)
    near.on('data', (chunk) => {
      if (!request.includes('\r\n')) request += chunk.toString('latin1')
      far.write(chunk)
    })
    far.on('data', (chunk) => {
      if (answer !== null) {
        answer = Buffer.concat([answer, chunk])
        const head = answer.indexOf('\r\n\r\n')
        if (head >= 0 && answer.length > head + 4) {
          if (waiting !== null && request.startsWith('GET') && waiting.fits(request)) waiting.resolve(performance.now())
          answer = null
        }
      }
      if (!near.write(chunk)) far.pause()
    })
    near.on('drain', () => far.resume())
    for (const [one, other] of [[near, far], [far, near]]) {
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    leadTo(url) {
      port = Number(new URL(url).port)
    },
    /** The moment of the next audio, of the chapter that is named then, where one is. */
    nextAudio(chapter) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('no audio for 10 s')), 10_000)
        const fits = (request) => chapter === undefined || request.includes(`/${chapter()}.mp3`)
        waiting = {
          fits,
          resolve(moment) {
            clearTimeout(timer)
            waiting = null
            resolve(moment)
          },
        }
      })
    },
    stop: () => new Promise((resolve) => server.close(resolve)),
  }
}

async function bareServer(requests) {
  const network = await watchedNetwork()
  const server = createHttpServer((_request, answer) => answer.end(files.left.subarray(0, itemSeconds * bytesPerSecond)))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  network.leadTo(`http://127.0.0.1:${server.address().port}`)
  const times = []
  for (let request = 0; request < requests; request++) {
    const audio = network.nextAudio()
    const start = performance.now()
    const asked = get(network.url, { agent: false }, (answer) => answer.resume())
    times.push((await audio) - start)
    await new Promise((resolve) => asked.once('close', resolve))
  }
  server.close()
  await network.stop()
  return times
}

function quiet() {
  const nothing = () => undefined
  const log = { debug: nothing, info: nothing, warn: console.error, error: console.error, for: () => log }
  return log
}
