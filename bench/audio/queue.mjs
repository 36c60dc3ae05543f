// Changes of queues over REST, each acknowledged when it is durable, beside the store alone.
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import KeyvSqlite from '@keyv/sqlite'
import Keyv from 'keyv'
import { at } from '../figures.mjs'
import { startProduct, withFolder } from './product.mjs'

const clients = 16
const ms = 5_000
// Shipped, and copied into an empty library by the first start.
const file = 'music/lullaby-one.mp3'

export const title = `changes of queues, ${clients} clients, each acknowledged when it is durable`

export function measure() {
  return withFolder(async (folder) => {
    const product = await startProduct({ data: join(folder, 'data'), media: join(folder, 'media') })
    try {
      const own = await changes(product, (client) => `own-${client}`)
      const shared = await changes(product, () => 'shared')
      const { queue } = await product.post('/streams/own-0/queue', { files: [file] })
      const store = await sets(join(folder, 'peer.sqlite'), queue)
      return [
        ['ours, a stream for each client', row(own), { perSecond: own.rate }],
        ['ours, one stream for all', row(shared), { perSecond: shared.rate }],
        [`@keyv/sqlite alone, sets of such a value by ${clients} writers`, row(store), { perSecond: store.rate }],
        ['ours to the store alone', (own.rate / store.rate).toFixed(2), { ratio: own.rate / store.rate }],
      ]
    } finally {
      await product.stop()
    }
  })
}

/** Every client appends and takes away again, one after the other. */
function changes(product, streamOf) {
  const agent = new Agent({ keepAlive: true, maxSockets: clients })
  const ask = (method, path, body) => send({ agent, address: `${product.panel}/api${path}`, method, body })
  return repeated(async (client, turn) => {
    const path = `/streams/${streamOf(client)}/queue`
    if (turn % 2 === 0) await ask('POST', path, { files: [file] })
    // Another client may have taken the same item away by then; there is always one more.
    else while ((await ask('DELETE', `${path}/0`)) === 404);
  }).finally(() => agent.destroy())
}

async function sets(path, value) {
  const sqlite = new KeyvSqlite({ uri: `sqlite://${path}` })
  // As durable as ours.
  await sqlite.query('PRAGMA journal_mode = WAL')
  await sqlite.query('PRAGMA synchronous = FULL')
  const store = new Keyv({ store: sqlite, throwOnErrors: true })
  // SQLite writes nothing, and waits for no disk, where a row is set to what it is already.
  const outcome = await repeated((client, turn) => store.set(`stream ${client}`, { ...value, version: turn }))
  if ((await store.get('stream 0'))?.name !== value.name) throw new Error('the store alone has kept nothing')
  await store.disconnect()
  return outcome
}

async function repeated(change) {
  const times = []
  const began = performance.now()
  const end = began + ms
  const one = async (_, client) => {
    for (let turn = 0; performance.now() < end; turn++) {
      const start = performance.now()
      await change(client, turn)
      times.push(performance.now() - start)
    }
  }
  await Promise.all(Array.from({ length: clients }, one))
  return { rate: times.length / ((performance.now() - began) / 1000), times }
}

function send({ agent, address, method, body }) {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? '' : JSON.stringify(body)
    const headers = body === undefined ? {} : { 'content-type': 'application/json', 'content-length': text.length }
    const asked = request(address, { agent, method, headers }, (answer) => {
      answer.resume()
      answer.once('end', () =>
        [200, 404].includes(answer.statusCode) ? resolve(answer.statusCode) : reject(new Error(`${method} ${address}: ${answer.statusCode}`)),
      )
    })
    asked.once('error', reject)
    asked.end(text)
  })
}

function row({ rate, times }) {
  return `${Math.round(rate)}/s, p50 ${at(times, 0.5).toFixed(1)} ms, p99 ${at(times, 0.99).toFixed(1)} ms`
}
