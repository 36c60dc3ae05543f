// From a message of the cloud to what the local broker hears of it: 50 simulated players, 20 messages a second in all,
// on the built product as a process of its own; and how often the position of a playing card rewrites a retained state.
// `npm run bench:bridge`. Figures are of this machine; the peer in the same run is a bare MQTT client, a process of
// its own too, that passes the same messages from the one broker to the other.
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import mqtt from 'mqtt'
import { startEmbeddedBroker } from '../build/broker/embedded.js'
import { systemClock } from '../build/core/clock.js'
import { startCloud } from '../build/simulator/cloud.js'
import { at, nodeFlags, postJson, print, sleep, spread } from './figures.mjs'

const players = 50
const messagesPerSecond = 20
const restMs = 20_000
const loadMs = 40_000
const playMs = 20_000
// A heartbeat of the cloud comes every 5 s; this makes it four a second.
const heartbeatPace = 20
const root = fileURLToPath(new URL('..', import.meta.url))
const bridgeState = 'yoto/bridge/state'
const peerTopic = (id) => `peer/${id}`
const cloudTopic = (id) => `device/${id}/data/events`

if (process.argv[2] === 'peer') await passOn(JSON.parse(process.argv[3]))
else await measure()

async function measure() {
  const specs = Array.from({ length: players }, (_, number) => ({
    deviceId: `ybenchPlayer${String(number).padStart(12, '0')}`,
    name: `Player ${number}`,
    deviceFamily: 'mini',
    deviceType: 'minie',
    generation: 'gen2',
    formFactor: 'mini',
  }))
  const house = await household({ specs, clock: systemClock })
  const peer = await startPeer(house)
  const rest = await usedByBoth(house.product.pid, peer.pid, () => sleep(restMs))
  print(`at rest, ${players} players`, `${rest.ours} of a core, ${await residentMiB(house.product.pid)} MiB`)
  print('the peer at rest', `${rest.theirs} of a core, ${await residentMiB(peer.pid)} MiB`)
  const load = await turned(house)
  const { count, cost } = load
  print(`under ${messagesPerSecond} messages/s (${count} in all)`, `${cost.ours} of a core, ${await residentMiB(house.product.pid)} MiB`)
  print('the peer under the same', `${cost.theirs} of a core, ${await residentMiB(peer.pid)} MiB`)
  print('cloud message → state on the local broker', spread(load.ours))
  print('the same message passed on by the peer', spread(load.theirs))
  print('ratio of the medians, ours to the peer', (at(load.ours, 0.5) / at(load.theirs, 0.5)).toFixed(2))
  print('messages without an answer', count - load.ours.length)
  peer.kill('SIGTERM')
  await house.stop()

  const beats = await heartbeats(specs.slice(0, 3))
  print(`positions told by the cloud for ${beats.players} playing cards in ${playMs / 1000} s`, beats.told)
  print('retained states that they became', beats.states)
  print('of those, sooner than a second after the one before', beats.tooSoon)
  process.exitCode = count === load.ours.length && beats.tooSoon === 0 ? 0 : 1

  /** Turns one player's knob after another, and hears what became of it on each way. */
  async function turned({ cloud, local, product }) {
    const pending = new Map()
    const ours = []
    const theirs = []
    const heard = (id, step, way) => {
      const said = pending.get(id)
      if (said === undefined || said.step !== step || said.told === undefined || said[way]) return
      said[way] = true
      ;(way === 'ours' ? ours : theirs).push(performance.now() - said.told)
    }
    await tap(cloud, specs, (id, { volume }) => {
      const said = pending.get(id)
      if (said !== undefined && said.step === volume) said.told ??= performance.now()
    })
    local.on('message', (topic, payload) => {
      if (topic === bridgeState) return
      const message = JSON.parse(payload)
      if (topic.startsWith('peer/')) heard(topic.slice('peer/'.length), message.volume, 'theirs')
      else heard(message.id, message.volume_step, 'ours')
    })
    await local.subscribeAsync(['yoto/+/state', 'peer/#'], { qos: 1 })
    let count = 0
    const cost = await usedByBoth(product.pid, peer.pid, async () => {
      const end = performance.now() + loadMs
      for (let next = performance.now(); next < end; next += 1000 / messagesPerSecond) {
        const player = cloud.players[count % players]
        const steps = Math.floor(count / players) % 2 === 0 ? 1 : -1
        pending.set(player.id, { step: player.snapshot().volume + steps })
        await player.turn('left', steps)
        count += 1
        await sleep(Math.max(0, next + 1000 / messagesPerSecond - performance.now()))
      }
      await sleep(1000)
    })
    return { ours, theirs, cost, count }
  }
}

/** Players that play, in a cloud whose time runs so fast that positions come more often than once a second. */
async function heartbeats(specs) {
  const house = await household({ specs, clock: fastClock(heartbeatPace) })
  const { cloud, local, panelUrl } = house
  const card = await postJson(`${panelUrl}/api/cards`, { stream: 'bedroom', kind: 'stream', chapters: 99 })
  let told = 0
  await tap(cloud, specs, (_id, { position }) => {
    if (position !== undefined) told += 1
  })
  const states = new Map()
  local.on('message', (topic, payload) => {
    if (topic === bridgeState) return
    const { position_s, last_seen_at, ...steady } = JSON.parse(payload)
    const before = states.get(topic) ?? []
    states.set(topic, [...before, { at: performance.now(), steady: JSON.stringify(steady) }])
  })
  await local.subscribeAsync('yoto/+/state', { qos: 1 })
  for (const player of cloud.players) await player.insert(card.card_id)
  await sleep(playMs)
  await house.stop()
  const rows = [...states.values()]
  // The broker and this process take their time too.
  const tooSoon = (one, index, all) =>
    index > 0 && one.steady === all[index - 1].steady && one.at - all[index - 1].at < 900
  return {
    players: specs.length,
    told,
    states: rows.flat().length,
    tooSoon: rows.flatMap((row) => row.filter(tooSoon)).length,
  }
}

/** The product as a process of its own, between a simulated cloud and a local broker. */
async function household({ specs, clock }) {
  const data = await mkdtemp(join(tmpdir(), 'yoto-bench-'))
  const cloud = await startCloud({ clock, log: quiet(), players: specs, approveAfterPolls: 0 })
  const broker = await localBroker(data)
  const product = spawn(process.execPath, [...nodeFlags, join(root, 'dist/main.js'), '--data', join(data, 'product')], {
    env: {
      ...process.env,
      YOTO_STREAM_PANEL_PORT: '0',
      YOTO_STREAM_MEDIA_PORT: '0',
      YOTO_STREAM_MEDIA_HOST: '127.0.0.1',
      YOTO_STREAM_MQTT_URL: broker.url,
      YOTO_STREAM_SIMULATE: 'never',
      YOTO_STREAM_YOTO_CLIENT_ID: cloud.clientId,
      YOTO_STREAM_YOTO_API_URL: cloud.apiUrl,
      YOTO_STREAM_YOTO_AUTH_URL: cloud.authUrl,
      YOTO_STREAM_YOTO_MQTT_URL: cloud.mqttUrl,
    },
  })
  process.once('exit', () => product.kill())
  const block = await said(product, 'Players ')
  const local = await mqtt.connectAsync(broker.url, { protocolVersion: 4 })
  const online = new Set()
  const count = (topic, payload) => payload.toString() === 'online' && online.add(topic)
  local.on('message', count)
  await local.subscribeAsync('yoto/+/availability', { qos: 1 })
  while (online.size < specs.length) await sleep(100)
  local.off('message', count)
  await local.unsubscribeAsync('yoto/+/availability')
  return {
    cloud,
    local,
    product,
    localUrl: broker.url,
    panelUrl: /Panel, REST +(\S+)/.exec(block)[1],
    async stop() {
      await local.endAsync()
      product.kill('SIGTERM')
      await new Promise((resolve) => product.once('close', resolve))
      await broker.stop()
      await cloud.stop()
      await rm(data, { recursive: true })
    },
  }
}

/** In this process, so that it costs neither the product nor the peer anything. */
function localBroker() {
  return startEmbeddedBroker({ host: '127.0.0.1', port: 0, log: quiet(), clock: systemClock })
}

async function startPeer({ cloud, localUrl }) {
  const ids = cloud.players.map(({ id }) => id)
  const way = JSON.stringify({ cloudUrl: cloud.mqttUrl, token: await tokenOf(cloud), localUrl, ids })
  const peer = spawn(process.execPath, [fileURLToPath(import.meta.url), 'peer', way])
  process.once('exit', () => peer.kill())
  peer.stderr.pipe(process.stderr)
  await said(peer, 'ready')
  return peer
}

/** What the peer does, all of it. */
async function passOn({ cloudUrl, token, localUrl, ids }) {
  const cloud = await mqtt.connectAsync(cloudUrl, credentials(token))
  const local = await mqtt.connectAsync(localUrl, { protocolVersion: 4 })
  local.stream.setNoDelay(true)
  cloud.on('message', (topic, payload) => local.publish(peerTopic(topic.split('/')[1]), payload, { qos: 1 }))
  for (const id of ids) await cloud.subscribeAsync(cloudTopic(id))
  console.log('ready')
}

/** Hears what the cloud says of the players as the product does. */
async function tap(cloud, specs, heard) {
  const client = await mqtt.connectAsync(cloud.mqttUrl, credentials(await tokenOf(cloud)))
  client.on('message', (topic, payload) => heard(topic.split('/')[1], JSON.parse(payload)))
  for (const { deviceId } of specs) await client.subscribeAsync(cloudTopic(deviceId))
}

function credentials(password) {
  const username = '_?x-amz-customauthorizer-name=PublicJWTAuthorizer'
  return { username, password, protocolVersion: 4, reconnectPeriod: 0 }
}

async function tokenOf({ authUrl, clientId }) {
  const scope = 'openid family:devices:view family:devices:control'
  const client = { client_id: clientId, audience: 'https://api.yotoplay.com' }
  const post = async (path, form) =>
    (await fetch(authUrl + path, { method: 'POST', body: new URLSearchParams(form) })).json()
  const { device_code } = await post('/oauth/device/code', { ...client, scope })
  const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'
  const { access_token } = await post('/oauth/token', { ...client, grant_type, device_code })
  return access_token
}

/** The share of a core that each of the two processes needed while `run` went on. */
async function usedByBoth(ourPid, theirPid, run) {
  const used = () => Promise.all([ourPid, theirPid].map(cpuSeconds))
  const before = await used()
  const began = performance.now()
  await run()
  const seconds = (performance.now() - began) / 1000
  const [ours, theirs] = (await used()).map((after, which) => (after - before[which]) / seconds)
  const percent = (share) => `${(share * 100).toFixed(1)} %`
  return { ours: percent(ours), theirs: percent(theirs) }
}

async function cpuSeconds(pid) {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /, '').split(' ')
  const ticksPerSecond = 100
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

async function residentMiB(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024)
}

function fastClock(factor) {
  const start = Date.now()
  const now = () => new Date(start + (Date.now() - start) * factor)
  return {
    now,
    at: (when, run) => systemClock.at(new Date(Date.now() + (when - now()) / factor), run),
    sleep: (ms, signal) => systemClock.sleep(ms / factor, signal),
  }
}

function said(child, words) {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
      if (text.includes(words)) resolve(text)
    })
    child.once('close', () => reject(new Error(`it ended before it said "${words}":\n${text}`)))
  })
}

function quiet() {
  const nothing = () => undefined
  const log = { debug: nothing, info: nothing, warn: nothing, error: console.error, for: () => log }
  return log
}
