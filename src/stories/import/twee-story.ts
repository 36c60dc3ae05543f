import { AppError } from '../../core/error.ts'
import { didYouMean } from '../../language/names.ts'
import { list, quote } from '../../language/wording.ts'
import { mostScenes } from '../read/schema.ts'
import { type Convention, conventionOf } from './convention.ts'
import { byLine, type DraftExit, type DraftScene, type Imported, type Loss } from './draft.ts'
import { lengthOf, YotoExits } from './exits.ts'
import { answerWords, type Link, linksIn } from './links.ts'
import { SceneNames, storyId } from './names.ts'
import { isLibraryFile, passageText } from './passage-text.ts'
import { asQuestion, inOneLine, longestSpeech, shortSpeech, spokenParts } from './speech.ts'
import { type Passage, readTwee, type Twee } from './twee.ts'

interface TweeImport {
  /** The name of the story; from its title without one. */
  readonly id?: string | undefined
  /** How its links are meant; worked out from what stands there without one. */
  readonly as?: Convention | undefined
  /**
   * The names of audio files beside it. As with Yoto's converter, `Gate.mp3` is heard in the passage `Gate`, in place
   * of its text.
   */
  readonly audio?: readonly string[]
}

/**
 * The story that stands in a text of Twee.
 * @throws AppError `unprocessable` where no passage is in it, or more than a story may have.
 */
export function storyFromTwee(
  text: string,
  { id, as, audio = [] }: TweeImport = {},
): Imported & { readonly convention: Convention } {
  const twee = readTwee(text)
  checkCount(twee)
  const read = new Map(twee.passages.map(({ name, text: words }) => [name, linksIn(words)]))
  const links = new Map([...read].map(([name, one]) => [name, one.links]))
  const convention = as ?? conventionOf(twee, links)
  const own = id ?? storyId(twee.title ?? '')
  const draft = new TweeStory(twee, { convention, audio })
  for (const passage of twee.passages) {
    const { links: ways = [], rest = '' } = read.get(passage.name) ?? {}
    draft.add(passage, { links: ways, rest })
  }
  return { ...draft.finished(own), convention }
}

function checkCount({ passages }: Twee): void {
  if (passages.length === 0)
    throw new AppError(
      'unprocessable',
      'there is no passage in this file: in Twee each begins with a line such as ":: Start"',
    )
  if (passages.length > mostScenes)
    throw new AppError(
      'unprocessable',
      `this file has ${passages.length} passages, the last on line ${passages.at(-1)?.line}; a story may have ${mostScenes}: make several stories of it`,
    )
}

interface Ways {
  readonly links: readonly Link[]
  /** The text of the passage without them. */
  readonly rest: string
}

// Far more than anybody mends one by one; each costs a look at all names.
const mostHints = 50

class TweeStory {
  readonly #twee: Twee
  readonly #convention: Convention
  readonly #names = new SceneNames()
  /** The scene of each passage. */
  readonly #ids: ReadonlyMap<string, string>
  /** By passage. */
  readonly #files: ReadonlyMap<string, string>
  readonly #exits = new YotoExits((wished) => this.#names.take(wished))
  readonly #scenes: DraftScene[] = []
  readonly #losses: Loss[]
  /** The words of links that nobody has to press. */
  readonly #unsaid: { readonly line: number; readonly text: string }[] = []
  #hints = 0

  constructor(twee: Twee, { convention, audio }: { convention: Convention; audio: readonly string[] }) {
    this.#twee = twee
    this.#convention = convention
    this.#losses = [...twee.losses]
    this.#ids = new Map(twee.passages.map(({ name }) => [name, this.#names.take(name)]))
    this.#files = new Map(audio.filter(isLibraryFile).map((file) => [file.replace(/\.[^.]*$/, ''), file]))
    for (const { name, line } of twee.passages) {
      const scene = this.#ids.get(name) ?? ''
      if (scene !== name) this.#lose({ line, name }, `passage ${quote(name)} is the scene "${scene}" here`)
    }
  }

  add(passage: Passage, { links, rest }: Ways): void {
    const { say, play } = this.#heard(passage, rest)
    const id = this.#ids.get(passage.name) ?? ''
    const ways = links.map((link) => this.#wayOf(passage, link))
    const exit = this.#convention === 'yoto' ? this.#yotoExit(passage, ways) : this.#plainExit(passage, ways)
    const parts = play === null ? spokenParts(say) : []
    if (parts.length > 1)
      this.#lose(
        passage,
        `the text of ${quote(passage.name)} has ${say.length} characters: it is told in ${parts.length} scenes`,
      )
    const ids = parts.map((_, index) => (index === 0 ? id : this.#names.take(id)))
    for (const [index, part] of parts.entries()) {
      const following = ids[index + 1]
      const goes: DraftExit = following === undefined ? exit : { kind: 'go', to: following }
      this.#scenes.push({ id: ids[index] ?? id, play: { say: part }, exit: goes })
    }
    if (parts.length === 0) this.#scenes.push({ id, play: play === null ? null : { file: play }, exit })
  }

  finished(id: string): Imported {
    const { title, start, passages } = this.#twee
    const scenes = [...this.#scenes, ...this.#exits.scenes]
    if (scenes.length > mostScenes)
      throw new AppError(
        'unprocessable',
        `this comes to ${scenes.length} scenes; a story may have ${mostScenes}: make several stories of it`,
      )
    const first =
      start ?? passages.find(({ name }) => name === 'Start' || name === 'start')?.name ?? passages[0]?.name
    const hasAudio = scenes.some(({ play }) => play !== null && 'file' in play)
    const folder = hasAudio ? `scenes/${id}` : null
    if (folder !== null)
      this.#losses.push({
        line: 1,
        place: null,
        what: `audio files are not copied: put them into the folder ${folder} of the library`,
      })
    this.#sayUnsaid()
    const resume = this.#resume()
    this.#sayVariables()
    return {
      story: {
        id,
        title: inOneLine(title ?? id) || id,
        audio: folder,
        start: this.#ids.get(first ?? '') ?? '',
        resume,
        silence: this.#convention === 'yoto' ? { wait: '10s', askAgain: 0 } : null,
        scenes,
      },
      losses: this.#losses.toSorted(byLine),
    }
  }

  #lose({ line, name }: Pick<Passage, 'line' | 'name'>, what: string): void {
    this.#losses.push({ line, place: name, what })
  }

  /** What the passage says, and the file that is heard in its place; null for none. */
  #heard(passage: Passage, rest: string): { readonly say: string; readonly play: string | null } {
    const { say, audio, macros, pictures } = passageText(rest)
    const { name } = passage
    if (macros.length > 0) {
      const count = macros.length === 1 ? '1 macro' : `${macros.length} macros`
      const names = list([...new Set(macros)])
      const what = `${count} in ${quote(name)} ${macros.length === 1 ? 'was' : 'were'} not understood (${names}); the story may miss paths`
      this.#lose(passage, what)
    }
    if (pictures > 0) this.#lose(passage, `${quote(name)} shows pictures, which nobody hears`)
    const usable = audio.filter(isLibraryFile)
    for (const file of audio)
      if (!usable.includes(file))
        this.#lose(passage, `${quote(name)} plays ${quote(file)}, which is no file beside it: it is left out`)
    const [named, ...more] = usable
    const play = this.#files.get(name) ?? (named === undefined ? null : named.replace(/^(\.\/)+/, ''))
    if (more.length > 0)
      this.#lose(passage, `${quote(name)} plays ${usable.length} files: the first is taken`)
    if (play !== null && say !== '')
      this.#lose(passage, `${quote(name)} plays ${quote(play)}: its text is not said as well`)
    return { say, play }
  }

  /** A link that leads nowhere keeps its place. */
  #wayOf(passage: Passage, link: Link): Way {
    const { name } = passage
    const { target, setter } = link
    const line = passage.line + link.line
    if (setter !== null)
      this.#lose(
        { line, name },
        `a link of ${quote(name)} sets something (${quote(setter)}): that is left out`,
      )
    const to = target === '' ? null : (this.#ids.get(target) ?? null)
    if (target !== '' && to === null) {
      const near = this.#hints < mostHints ? didYouMean(target, this.#ids.keys()) : null
      this.#hints += 1
      const hint = near === null ? '' : ` - was "${near}" meant?`
      this.#lose(
        { line, name },
        `${quote(name)} links to ${quote(target)}, and there is no such passage: the link is left out${hint}`,
      )
    }
    return { ...link, line, to }
  }

  #yotoExit(passage: Passage, ways: readonly Way[]): DraftExit {
    const { name } = passage
    const [left, right, end, ...more] = ways
    for (const { line } of ways.filter(({ isFirst }) => !isFirst))
      this.#lose(
        { line, name },
        `${quote(name)} has several links on one line: Yoto's own converter reads the first alone, here each counts`,
      )
    if (more.length > 0)
      this.#lose(
        passage,
        `${quote(name)} has ${ways.length} links: those behind the third are left out, as a player has two buttons`,
      )
    this.#noteUnsaid(end)
    const answers = [left, right].map((way, index) => {
      const text = way === undefined || way.to === null ? '' : inOneLine(way.text ?? '')
      const template = this.#twee.variables.get(templates[index] ?? '')
      if (text === '') return ''
      return template === undefined ? asQuestion(text) : inOneLine(`${text}${template}`)
    })
    const targets = { left: left?.to ?? null, right: right?.to ?? null, end: end?.to ?? null }
    return this.#exits.exit(targets, { ask: this.#asked(passage, answers), name: this.#ids.get(name) ?? '' })
  }

  #plainExit(passage: Passage, ways: readonly Way[]): DraftExit {
    const open = ways.flatMap((way) => (way.to === null ? [] : [{ ...way, to: way.to }]))
    const [one, two, ...more] = open
    if (one === undefined) return { kind: 'ending', name: this.#ids.get(passage.name) ?? '' }
    if (two === undefined) {
      this.#noteUnsaid(one)
      return { kind: 'go', to: one.to }
    }
    if (more.length === 0) {
      const ask = this.#asked(
        passage,
        [one, two].map((way) => asQuestion(answerWords(way))),
      )
      return { kind: 'question', ask, left: one.to, right: two.to, silence: null }
    }
    if (open.length > mostOptions)
      this.#lose(
        passage,
        `${quote(passage.name)} has ${open.length} links: those behind the first ${mostOptions} are left out`,
      )
    const options = open
      .slice(0, mostOptions)
      .map((way) => ({ say: shortSpeech(answerWords(way)), to: way.to }))
    return { kind: 'carousel', options }
  }

  /** The words of the answers; null where there are none. */
  #asked(passage: Passage, answers: readonly string[]): string | null {
    const words = answers.filter((answer) => answer !== '').join(' ')
    if (words.length > longestSpeech)
      this.#lose(passage, `the links of ${quote(passage.name)} have too many words: their end is not said`)
    return words === '' ? null : shortSpeech(words)
  }

  #noteUnsaid(way: Way | undefined): void {
    const text = inOneLine(way?.text ?? '')
    if (way !== undefined && way.to !== null && text !== '') this.#unsaid.push({ line: way.line, text })
  }

  #sayUnsaid(): void {
    const [first] = this.#unsaid
    if (first === undefined) return
    const count = this.#unsaid.length
    const words = count === 1 ? 'the words of a link' : `the words of ${count} links`
    this.#losses.push({
      line: first.line,
      place: null,
      what: `${words} that nobody presses are not said: ${quote(first.text)}`,
    })
  }

  #resume(): string | false | null {
    const written = this.#twee.variables.get('resumeTimeout')
    return written === undefined || !/^\d{1,12}$/.test(written) ? null : lengthOf(Number(written))
  }

  #sayVariables(): void {
    const names = [...this.#twee.variables.keys()].filter((name) => !understood.has(name))
    if (names.length === 0) return
    const line = this.#twee.initLine
    this.#losses.push({
      line,
      place: 'StoryInit',
      what: `StoryInit sets ${list(names)}: that is not taken along`,
    })
  }
}

interface Way extends Link {
  /** The scene it leads to; null for none. */
  readonly to: string | null
}

const templates = ['lhbTemplate', 'rhbTemplate']
const understood = new Set(['resumeTimeout', 'auto', ...templates])
const mostOptions = 20
