import { createHash } from 'node:crypto'
import type { Clip, Exit, Question, Scene, Story } from '../../core/story.ts'
import { linksIn } from '../import/links.ts'
import { SceneNames } from '../import/names.ts'
import { isLibraryFile, passageText } from '../import/passage-text.ts'
import { inOneLine, speakable } from '../import/speech.ts'
import { isSpecialName } from '../import/twee.ts'
import { Lost } from './lost.ts'

/** A story in Twee 3, and what that cannot say. */
export interface TweeStory {
  readonly text: string
  readonly lost: readonly string[]
}

/**
 * The story as Yoto's own converter reads Twee: the first link of a passage is the left button, the second the right one,
 * the third where it goes on by itself; `[[]]` keeps a place empty.
 */
export function tweeOf(story: Story): TweeStory {
  return new TweeWriting(story).all()
}

class TweeWriting {
  readonly #story: Story
  readonly #lost = new Lost()
  /** The passages of the scenes: names with dots, of the options of carousels, are none. */
  readonly #names: ReadonlyMap<string, string>
  /** The folder that all files have in common, with its slash. */
  readonly #folder: string

  constructor(story: Story) {
    this.#story = story
    const names = new SceneNames()
    this.#names = new Map(
      [...story.scenes.keys()].map((id) => [id, names.take(isSpecialName(id) ? `scene ${id}` : id)]),
    )
    this.#folder = folderOf(story)
  }

  all(): TweeStory {
    const { title, start, scenes } = this.#story
    const passages = [...scenes.values()].map((scene) => this.#passage(scene))
    this.#sayOfStory()
    const data = { ifid: ifidOf(this.#story), format: 'Harlowe', start: this.#nameOf(start) }
    const text = [
      `:: StoryTitle\n${harmless(inOneLine(title))}`,
      `:: StoryData\n${JSON.stringify(data, null, 2)}`,
      `:: StoryInit\n${this.#settings().join('\n')}`,
      ...passages,
    ].join('\n\n')
    return { text: `${text}\n`, lost: this.#lost.all }
  }

  /** Of a question the words stand in its first link, and nothing is said behind them. */
  #settings(): readonly string[] {
    const { resumeMs } = this.#story
    const resume = resumeMs === null ? 0 : Math.round(resumeMs / 1_000)
    return [
      `(set: $resumeTimeout to ${resume})`,
      ...['lhbTemplate', 'rhbTemplate'].map((name) => `(set: $${name} to "")`),
    ]
  }

  #nameOf(id: string): string {
    return this.#names.get(id) ?? id
  }

  #passage(scene: Scene): string {
    const { id, play, again, set, exit } = scene
    if (again !== null) this.#lost.add('what is heard from the second visit on is left out', id)
    if (set.length > 0) this.#lost.add('what is set is left out', id)
    const lines = [`:: ${this.#nameOf(id)}`, ...this.#heard(id, play), ...this.#links(id, exit)]
    return lines.join('\n')
  }

  #heard(id: string, play: Clip | null): readonly string[] {
    if (play === null) return []
    if ('file' in play) {
      const file = play.file.slice(this.#folder.length)
      if (isLibraryFile(file) && !/["<>]/.test(file)) return [`<audio src="${file}">`]
      this.#lost.add('the name of its file cannot stand in Twee', id)
      return []
    }
    const said = harmless(speakable(play.say))
    if (passageText(linksIn(said).rest).say !== play.say)
      this.#lost.add('signs among the words mean something in Twee, and are read otherwise', id)
    return [said]
  }

  #links(id: string, exit: Exit): readonly string[] {
    switch (exit.kind) {
      case 'ending':
        if (exit.name !== this.#nameOf(id)) this.#lost.add('an ending is called by its scene', id)
        return []
      case 'go':
        if (exit.way.set.length > 0) this.#lost.add('what is set is left out', id)
        return ['[[]]', '[[]]', this.#link('', exit.way.to)]
      case 'branch':
        this.#lost.add('conditions are left out: it goes on where the last line leads', id)
        return ['[[]]', '[[]]', this.#link('', exit.lines.at(-1)?.way.to ?? id)]
      case 'random':
        this.#lost.add('chance is left out: it goes on where the first of it leads', id)
        return ['[[]]', '[[]]', this.#link('', exit.picks[0]?.way.to ?? id)]
      case 'question':
        return this.#answers(id, exit)
    }
  }

  #answers(id: string, question: Question): readonly string[] {
    const { left, right, silence, hearOut } = question
    if ([left, right, silence].some((way) => way !== null && way.set.length > 0))
      this.#lost.add('what is set is left out', id)
    if (hearOut) this.#lost.add('a press counts at once', id)
    if (question.waitMs !== usualWaitMs || question.askAgain !== 0)
      this.#lost.add('how long is waited, and how often is asked again, is left out', id)
    if (silence === null) this.#lost.add('where nobody answers it begins again in place of waiting', id)
    const words = this.#asked(id, question)
    return [
      left === null ? '[[]]' : this.#link(words, left.to),
      right === null ? '[[]]' : this.#link(left === null ? words : '', right.to),
      this.#link('', silence?.to ?? id),
    ]
  }

  #asked(id: string, { ask }: Question): string {
    if (ask === null) return ''
    if ('file' in ask) {
      this.#lost.add('the file of the question is left out', id)
      return ''
    }
    const words = inOneLine(ask.say)
    const [link] = linksIn(this.#link(words, id)).links
    const isKept = link?.text === words && link.target === this.#nameOf(id)
    if (words === ask.say && isKept && harmless(words) === words) return words
    this.#lost.add('signs in the question mean something in Twee, and are left out or read otherwise', id)
    return words.replace(/[[\]|<>-]+/g, ' ').trim()
  }

  #link(words: string, to: string): string {
    return `[[${words}|${this.#nameOf(to)}]]`
  }

  #sayOfStory(): void {
    const { vars, asks, home, start, bedtime, scenes } = this.#story
    if (vars.size > 0) this.#lost.add('the vars are left out')
    if (asks !== undefined)
      this.#lost.add(`what it asks the house is left out: ${Object.keys(asks).join(', ')}`)
    if (home !== start) this.#lost.add('"start again" leads to the beginning', home)
    if (bedtime !== null) this.#lost.add('bedtime is left out', bedtime)
    const renamed = [...scenes.keys()].filter((id) => this.#nameOf(id) !== id)
    if (renamed.length > 0) this.#lost.add('passages that are called otherwise than their scenes', ...renamed)
  }
}

/** Words that neither begin a passage, nor lead anywhere, nor hide what stands behind them. */
function harmless(words: string): string {
  return words
    .replace(/^::/gm, ' ::')
    .replace(/\[(?=\[)/g, '[ ')
    .replaceAll('<!--', '< !--')
}

// What an import of it comes to.
const usualWaitMs = 10_000

function folderOf({ scenes }: Story): string {
  const files = [...scenes.values()].flatMap(({ play }) =>
    play !== null && 'file' in play ? [play.file] : [],
  )
  const [first = ''] = files
  const folder = first.slice(0, first.lastIndexOf('/') + 1)
  return files.every((file) => file.startsWith(folder)) ? folder : ''
}

/** A UUID of version 4, as Twee wants it, that is always the same for the story. */
function ifidOf({ id, title }: Story): string {
  const hash = createHash('sha256').update(`${id}\n${title}`).digest()
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x40, 6)
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = hash.toString('hex').toUpperCase()
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  )
}
