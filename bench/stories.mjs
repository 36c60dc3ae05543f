// What it costs to read and search a story: 200 scenes, four vars, more situations than are looked into. `npm run bench:stories`.
// Figures are of this machine; the search stands beside the reading of the same text in the same run.
import { loadavg } from 'node:os'
import { loadYaml } from '../build/language/source.js'
import { registryWith } from '../build/rules/plugins/plugin-set.js'
import { ReadingMemory } from '../build/rules/read/reading-memory.js'
import { readRuleFiles } from '../build/rules/read/rule-files.js'
import { readStories } from '../build/stories/read/section.js'
import { at, print } from './figures.mjs'

const rounds = 9
const mostMs = 2_000

print('load of the machine', loadavg().map((load) => load.toFixed(2)).join(' '))
const sizes = [
  { scenes: 20, vars: 2 },
  { scenes: 200, vars: 4 },
  { scenes: 5_000, vars: 0 },
]
let missed = false
for (const size of sizes) {
  const text = storyText(size)
  const took = { yaml: [], all: [], held: [] }
  let said = ''
  for (let round = 0; round < rounds; round++) {
    const source = { file: 'bench.yaml', text }
    const start = performance.now()
    loadYaml(source)
    took.yaml.push(performance.now() - start)
    const held = heldUp()
    const begun = performance.now()
    const { diagnostics } = await readRuleFiles([source], {
      registry: registryWith([]),
      memory: new ReadingMemory({ load: loadYaml, breathe: held.breathe }),
      stories: readStories,
      fileExists: async () => true,
      topicFault: () => null,
      zone: 'Europe/London',
      adviceAt: new Date(),
    })
    took.all.push(performance.now() - begun)
    took.held.push(held.longest())
    const codes = diagnostics.map(({ code }) => code)
    said = [...new Set(codes)].map((code) => `${codes.filter((one) => one === code).length} ${code}`).join(', ')
  }
  const [yaml, all] = [at(took.yaml, 0.5), at(took.all, 0.5)]
  if (all > mostMs) missed = true
  const aim = all > mostMs ? ` (MISSED: at most ${mostMs} ms)` : ''
  print(
    `${size.scenes} scenes × ${size.vars} vars, ${(text.length / 1000).toFixed(0)} KB`,
    `read and searched in ${all.toFixed(0)} ms${aim}, ${(all / yaml).toFixed(1)} times its YAML alone; held others up for ${Math.max(...took.held).toFixed(0)} ms at most (p50 ${at(took.held, 0.5).toFixed(0)}); said ${said || 'nothing'}`,
  )
}
process.exit(missed ? 1 : 0)

/** Lets others have their turn as the product does, and notes how long they waited for it at most. */
function heldUp() {
  let since = performance.now()
  let longest = 0
  const over = () => {
    longest = Math.max(longest, performance.now() - since)
  }
  return {
    breathe: async () => {
      if (performance.now() - since < 8) return
      over()
      await new Promise((resolve) => setImmediate(resolve))
      since = performance.now()
    },
    longest: () => {
      over()
      return longest
    },
  }
}

/** A ladder of questions on which each answer changes a var. */
function storyText({ scenes, vars }) {
  const names = Array.from({ length: vars }, (_, number) => `v${number}`)
  const lines = Array.from({ length: scenes }, (_, number) => {
    const [one, other] = [names[number % vars], names[(number + 1) % vars]]
    const set = (name, by) => (name === undefined ? '' : `, set: {${name}: ${name} ${by}}`)
    const further = (by) => `s${(number + by) % scenes}`
    if (number === scenes - 1) return `      s${number}: {play: s.mp3, ending: done}\n`
    return `      s${number}:
        play: s.mp3
        ask: ask.mp3
        left: {go: ${further(1)}${set(one, '+ 1')}}
        right: {go: ${further(3)}${set(other, '- 1')}}
        silence: ${further(7)}
`
  })
  const declared = names.map((name) => `      ${name}: {start: 5, max: 9}\n`).join('')
  return `stories:\n  ladder:\n${vars === 0 ? '' : `    vars:\n${declared}`}    scenes:\n${lines.join('')}`
}
