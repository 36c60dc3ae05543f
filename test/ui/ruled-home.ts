import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { memoryCollection } from '../../src/core/memory-collection.ts'
import type { House } from '../../src/http/api/app.ts'
import { DryDesk } from '../../src/wiring/dry-desk.ts'
import { Problems } from '../../src/wiring/problems.ts'
import { ruleDesk } from '../../src/wiring/rule-desk.ts'
import { ruleTools } from '../../src/wiring/rule-tools.ts'
import { readBook } from '../support/rule-book.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

/** Rules of a house in Berlin on a Saturday at 11:00, in a folder of their own. */
export interface RuledHome {
  readonly more: Partial<House>
  /** Writes a file beside the product, and has it read. */
  write(file: string, text: string): Promise<void>
}

/** Every audio file that is named is there. */
export async function openRuledHome(files: Readonly<Record<string, string>>): Promise<RuledHome> {
  const folder = await mkdtemp(join(tmpdir(), 'yoto-ruled-'))
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text)
  const clock = new VirtualClock()
  const problems = new Problems()
  const book = await readBook({
    folder,
    clock,
    problems,
    zone: 'Europe/Berlin',
    library: { find: async () => ({ state: 'ready' }) },
  })
  const dry = new DryDesk({
    book,
    hub: { players: () => [], queues: () => [], vars: () => new Map(), inputValues: () => new Map() },
    ...{
      cards: () => [],
      audio: { filesIn: async () => [] },
      plugins: { folder: '/nowhere', packages: [] },
      allFiles: async () => [],
    },
    ...{ applied: memoryCollection<string>(), clock },
  })
  onTestFinished(async () => {
    await book.stop()
    await rm(folder, { recursive: true, force: true })
  })
  return {
    more: {
      rules: ruleDesk({ book, folder }),
      ...ruleTools({ ruleSet: () => book.current, clock, dry }),
      health: () => ({ players: 2, problems: problems.list(), problem_names: problems.names() }),
    },
    async write(file, text) {
      await writeFile(join(folder, file), text)
      await book.reload()
    },
  }
}

export const bedroom = `playlists:
  daytime: [stories/sea.mp3]
  lullabies: [music/lullaby.mp3]

schedules:
  bedroom:
    default: daytime
    slots:
      nap:
        from: "10:30"
        to: "14:00"
        play: none
        if_pressed: stories/sea.mp3
      night:
        from: "19:00"
        to: "06:30"
        play: lullabies
`

export const bedroomWithSlip = bedroom.replace('play: lullabies', 'play: lulabies')

export const knobs = `rules:
  right-to-the-sea:
    name: Right knob plays the sea
    stream: bedroom
    when: [{button: right}]
    do: [{queue: {set: stories/sea.mp3}}]
  good-night:
    when: [{time: "19:30"}]
    do: [{log: Good night}]
`

export const slip = `rules:
  loud:
    when: [{buton: left}] # a rather long line, so wide that no telephone has room for it
    do: [{log: hello}]
`
