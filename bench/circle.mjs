// From the press on a player to other audio, on the built product with its simulated cloud.
// `npm run bench:circle`. Figures are of this machine; the peer in the same run is a bare file server.
import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import mqtt from 'mqtt'
import { at, nodeFlags, postJson, print, sleep, spread } from './figures.mjs'

const presses = 40
const requests = 2000
const root = fileURLToPath(new URL('..', import.meta.url))
const data = await mkdtemp(join(tmpdir(), 'yoto-bench-'))

const began = performance.now()
const product = spawn(process.execPath, [...nodeFlags, join(root, 'dist/main.js'), '--data', data], {
  env: {
    ...process.env,
    YOTO_STREAM_PANEL_PORT: '0',
    YOTO_STREAM_MEDIA_PORT: '0',
    YOTO_STREAM_MEDIA_HOST: '127.0.0.1',
    YOTO_STREAM_MQTT_PORT: '0',
  },
})
const block = await said(product, 'Press right')
print('start-up, to the line that says it runs', `${Math.round(performance.now() - began)} ms`)

const panel = /Panel, REST +(\S+)/.exec(block)[1]
const broker = await mqtt.connectAsync(/MQTT +(mqtt:[^\s,]+)/.exec(block)[1])
const [player] = (await json(`${panel}/api/players`)).players
// Of more chapters than there are presses: at its end a card stops.
const card = await postJson(`${panel}/api/cards`, { stream: 'bedroom', kind: 'stream', chapters: 99 })
await broker.subscribeAsync([`yoto/${player.id}/event`, 'yoto/stream/+/state'], { qos: 1 })

await sleep(10_000)
print('memory 10 s after the start (VmRSS, simulated cloud and players included)', `${await residentMiB(product.pid)} MiB`)

await act('insert', { card_id: card.card_id })
await sleep(2000)
const told = []
const changed = []
for (let press = 0; press < presses; press++) {
  const event = heard(({ topic, message }) => topic.endsWith('/event') && message.type === 'button')
  const queue = heard(({ topic, message }) => topic.includes('/stream/') && message.reason?.startsWith('rule '))
  const start = performance.now()
  await act('press', { button: 'right' })
  const button = await event
  told.push(button - start)
  changed.push((await queue) - button)
  await sleep(150)
}
print(`press → button event on MQTT, ${presses} presses (160 ms of it is the simulated cloud)`, spread(told))
print('button event → changed queue on MQTT', spread(changed))

const { url } = await json(`${panel}/api/streams/${card.stream}/queue`)
const file = join(root, 'rules/audio/stories/forest.mp3')
const peer = createServer((_request, answer) => createReadStream(file).pipe(answer))
await new Promise((resolve) => peer.listen(0, '127.0.0.1', resolve))
const peerUrl = `http://127.0.0.1:${peer.address().port}/`
const ours = []
const theirs = []
for (let request = 0; request < requests; request++) {
  ours.push(await firstByte(url))
  theirs.push(await firstByte(peerUrl))
}
print(`request → first byte of the queue as it is now, ${requests} requests`, spread(ours))
print('the same from a bare node:http server with createReadStream', spread(theirs))
print('ratio of the medians, ours to the bare server', (at(ours, 0.5) / at(theirs, 0.5)).toFixed(2))

peer.close()

// What a panel that is open for an hour asks, then a pause until the threads that end when idle have ended.
for (let round = 0; round < 60; round++)
  for (const asked of ['players', 'library', 'streams', 'rules', 'plan', 'cards', 'live/snapshot', 'health', 'history'])
    await json(`${panel}/api/${asked}`)
await sleep(90_000)
const bare = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1e6)'])
await sleep(2000)
const [resident, nothing] = [await residentMiB(product.pid), await residentMiB(bare.pid)]
bare.kill()
print('memory at rest after all this, with an hour of the panel', `${resident} MiB`)
print('the same of a Node that does nothing', `${nothing} MiB, ratio ${(resident / nothing).toFixed(2)}`)

await broker.endAsync()
product.kill('SIGTERM')
await new Promise((resolve) => product.once('close', resolve))
await rm(data, { recursive: true })

function act(what, body) {
  return postJson(`${panel}/api/simulator/players/${player.id}/${what}`, body)
}

async function json(address) {
  return (await fetch(address)).json()
}

/** The moment at which the next message that fits is heard. */
function heard(fits) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('heard nothing for 10 s')), 10_000)
    const listen = (topic, payload) => {
      if (!fits({ topic, message: JSON.parse(payload.toString()) })) return
      clearTimeout(timer)
      broker.off('message', listen)
      resolve(performance.now())
    }
    broker.on('message', listen)
  })
}

function firstByte(address) {
  return new Promise((resolve, reject) => {
    const start = performance.now()
    get(address, { agent: false }, (answer) => {
      answer.once('data', () => {
        resolve(performance.now() - start)
        answer.destroy()
      })
    }).on('error', reject)
  })
}

function said(child, words) {
  return new Promise((resolve) => {
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
      if (text.includes(words)) resolve(text)
    })
  })
}

async function residentMiB(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024)
}
