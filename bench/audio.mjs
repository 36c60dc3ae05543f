// How fast audio is served, queues are changed, files are imported and a large library is there, on the built product
// beside a peer in the same run. `npm run bench:audio`, or some parts of it by name: `npm run bench:audio -- ranges`.
// `--full` measures an import at its whole size, `--json` prints figures for programs. Figures are of this machine.
import { print } from './figures.mjs'
import { programAt } from './audio/product.mjs'

const names = ['ranges', 'live', 'queue', 'import', 'start']
const options = process.argv.slice(2)
const full = options.includes('--full')
const asJson = options.includes('--json')
const wanted = options.filter((option) => !option.startsWith('--'))
const unknown = wanted.filter((name) => !names.includes(name))
if (unknown.length > 0) {
  console.error(`no part is called ${unknown.join(', ')}; there are ${names.join(', ')}`)
  process.exit(2)
}

// What was started ends with this, however it ends.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))

const all = {}
for (const name of wanted.length > 0 ? wanted : names) {
  const part = await import(`./audio/${name}.mjs`)
  all[name] = await outcomeOf(part)
}
if (asJson) console.log(JSON.stringify(all, null, 2))
if (Object.values(all).some(({ missed }) => missed)) process.exitCode = 1

async function outcomeOf(part) {
  const missing = []
  for (const program of part.needs ?? []) if ((await programAt(program)) === null) missing.push(program)
  const why = missing.length > 0 ? `not on this machine: ${missing.join(', ')}` : part.skipped
  if (!asJson) console.log(`\n${part.title}`)
  if (why) {
    if (!asJson) print('  skipped', why)
    return { skipped: why }
  }
  const began = performance.now()
  const figures = []
  for (const [what, figure, facts = {}] of await part.measure({ full })) {
    const aim = facts.met === undefined ? '' : ` (${facts.met ? 'met' : 'MISSED'}: ${facts.target})`
    if (!asJson) print(`  ${what}`, `${figure}${aim}`)
    figures.push({ what, figure: String(figure), ...facts })
  }
  const seconds = Math.round((performance.now() - began) / 1000)
  if (!asJson) print('  took', `${seconds} s`)
  return { figures, seconds, missed: figures.some(({ met }) => met === false) }
}
