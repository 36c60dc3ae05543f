// How figures are worked out and printed, and how the product is started, the same in every bench.
import { readFile } from 'node:fs/promises'

const { scripts } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))

/** What `npm start` tells Node. */
export const nodeFlags = scripts.start.split(' ').filter((word) => word.startsWith('--'))

/** The value below which that share of the values lies. */
export function at(values, share) {
  return values.toSorted((one, other) => one - other)[Math.floor((values.length - 1) * share)]
}

export function spread(values) {
  return `p50 ${at(values, 0.5).toFixed(1)} ms, p99 ${at(values, 0.99).toFixed(1)} ms`
}

export function print(what, figure) {
  console.log(`${what}: ${figure}`)
}

export function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

export async function postJson(address, body) {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(address, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(await answer.text())
  return answer.json()
}
