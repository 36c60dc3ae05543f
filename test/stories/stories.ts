import { expect } from 'vitest'
import { Report } from '../../src/language/report.ts'
import { loadYaml } from '../../src/language/source.ts'
import { type CompiledStory, compiled } from '../../src/stories/compiled.ts'
import { type FiledStory, readStories } from '../../src/stories/read/section.ts'

/** The only story of a file, as it is written below `stories:`; not searched, so it may be one that cannot end. */
export async function filedStory(text: string): Promise<FiledStory> {
  const source = { file: 'a.yaml', text }
  const { root } = loadYaml(source)
  const report = new Report(source)
  if (root?.kind !== 'map') return expect.unreachable('a map of stories')
  const stories = await readStories(root, { report, breathe: async () => undefined, isChecked: true })
  expect(report.diagnostics.filter(({ level }) => level === 'error')).toEqual([])
  return stories[0] ?? expect.unreachable('a story')
}

export async function compiledStory(text: string): Promise<CompiledStory> {
  return compiled((await filedStory(text)).story)
}

/** The story with branches, chance and vars that the tests walk through. */
export const dragonCave = `dragon-cave:
  title: The Dragon's Cave
  vars: {gold: {start: 0, max: 3}, brave: false}
  defaults: {bedtime: goodnight}
  scenes:
    gate:
      play: gate.mp3
      again: {say: The gate again.}
      ask: which-way.mp3
      left: {go: cave, set: {brave: true}}
      right: forest
      silence: forest
    cave: {play: cave.mp3, set: {gold: gold + 1}, go: dragon}
    forest: {play: forest.mp3, random: [clearing, {go: dragon, weight: 2}]}
    clearing:
      say: |-
        Coins lie here.
        Do you go back?
      set: {gold: gold + 3}
      left: gate
      right: dragon
    dragon:
      play: dragon.mp3
      branch: [{if: brave and gold > 0, go: friends}, {go: run-home}]
    friends: {play: friends.mp3, ending: happy}
    run-home: {play: run-home.mp3, ending: safe}
    goodnight: {play: goodnight.mp3, ending: asleep}
`
