import { quote } from '../../language/wording.ts'
import type { Loss } from './draft.ts'

/** A file in Twee 3 (https://github.com/iftechfoundation/twine-specs, twee-3-specification.md, 3.0.2). */
export interface Twee {
  /** What stands in `StoryTitle`; null where nothing does. */
  readonly title: string | null
  /** The passage that the story begins with, as `StoryData` says; null where it does not. */
  readonly start: string | null
  /** What `StoryInit` sets, by name and without the `$`. */
  readonly variables: ReadonlyMap<string, string>
  /** Where that stands; 1 where there is none. */
  readonly initLine: number
  /** Those that are heard, in order, their names unique. */
  readonly passages: readonly Passage[]
  readonly losses: readonly Loss[]
}

export interface Passage {
  readonly name: string
  readonly tags: readonly string[]
  /** The line of its header, from 1; its text begins on the next. */
  readonly line: number
  /** Without its comments, but with their line breaks. */
  readonly text: string
}

/** Reads Twee. What is no part of a story is left out, and listed where somebody may miss it. */
export function readTwee(text: string): Twee {
  const losses: Loss[] = []
  const all = passagesIn(text, losses)
  const special = (name: string) => all.find((passage) => passage.name === name)
  const passages: Passage[] = []
  const names = new Map<string, Passage>()
  for (const passage of all) {
    if (isNoStory(passage, losses)) continue
    const first = names.get(passage.name)
    if (first !== undefined) {
      const what = `passage ${quote(passage.name)} stands on line ${first.line} already: this one is left out`
      losses.push({ line: passage.line, place: passage.name, what })
      continue
    }
    names.set(passage.name, passage)
    passages.push(passage)
  }
  const title = special('StoryTitle')?.text.trim() ?? ''
  return {
    title: title === '' ? null : title,
    start: startIn(special('StoryData'), { names, losses }),
    variables: variablesIn(special('StoryInit')?.text ?? ''),
    initLine: special('StoryInit')?.line ?? 1,
    passages,
    losses,
  }
}

function passagesIn(text: string, losses: Loss[]): readonly Passage[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  const heads = lines.flatMap((line, index) => (line.startsWith('::') ? [index] : []))
  const stray = lines.slice(0, heads[0] ?? lines.length).findIndex((line) => line.trim() !== '')
  if (stray >= 0 && heads.length > 0)
    losses.push({ line: stray + 1, place: null, what: 'what stands before the first passage is left out' })
  return heads.flatMap((head, index) => {
    const { name, tags } = headerOf(lines[head] ?? '')
    const line = head + 1
    if (name === '') {
      losses.push({ line, place: null, what: 'this passage has no name behind its `::`: it is left out' })
      return []
    }
    const body = lines.slice(head + 1, heads[index + 1] ?? lines.length).join('\n')
    return [{ name, tags, line, text: withoutComments(body, { name, line, losses }) }]
  })
}

/** `:: Name [tags] {"position": "…"}`, in which `\[ \] \{ \}` and `\\` stand for the signs themselves. */
function headerOf(line: string): { readonly name: string; readonly tags: readonly string[] } {
  let name = ''
  let at = 2
  for (; at < line.length; at++) {
    const sign = line[at] ?? ''
    if (sign === '[' || sign === '{') break
    if (sign === '\\') at += 1
    name += sign === '\\' ? (line[at] ?? '') : sign
  }
  const tags = line[at] === '[' ? line.slice(at + 1, endOfTags(line, at)) : ''
  return {
    name: name.trim(),
    tags: tags
      .replace(/\\(.)/g, '$1')
      .split(/\s+/)
      .filter((tag) => tag !== ''),
  }
}

function endOfTags(line: string, start: number): number {
  for (let at = start + 1; at < line.length; at++) {
    if (line[at] === '\\') at += 1
    else if (line[at] === ']') return at
  }
  return line.length
}

/** Line breaks stay, so that lines keep their numbers. */
function withoutComments(
  text: string,
  { name, line, losses }: Pick<Passage, 'name' | 'line'> & { losses: Loss[] },
) {
  let kept = ''
  let from = 0
  for (;;) {
    const start = text.indexOf('<!--', from)
    if (start < 0) return kept + text.slice(from)
    const end = text.indexOf('-->', start + 4)
    kept += text.slice(from, start)
    if (end < 0) {
      const at = line + 1 + breaksIn(text.slice(0, start))
      losses.push({
        line: at,
        place: name,
        what: `a comment in ${quote(name)} does not end: what follows is left out`,
      })
      return kept
    }
    kept += '\n'.repeat(breaksIn(text.slice(start, end)))
    from = end + 3
  }
}

function breaksIn(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1
  return count
}

// Of Twee itself.
const aboutStory = new Set(['StoryTitle', 'StoryData', 'StoryInit'])
// Of SugarCube (https://www.motoslave.net/sugarcube/2/docs/#special-names), Sugarcane and Twine 1.
const ofFormats = new Set([
  ...['PassageDone', 'PassageFooter', 'PassageHeader', 'PassageReady', 'StoryAuthor', 'StoryBanner'],
  ...['StoryCaption', 'StoryDisplayTitle', 'StoryIncludes', 'StoryInterface', 'StoryLoadingScreen'],
  ...['StoryMenu', 'StorySettings', 'StoryShare', 'StorySubtitle', 'StoryStyle', 'StoryScript'],
])
const silentTags = new Set(['script', 'stylesheet'])
// Of SugarCube and Harlowe (https://twine2.neocities.org/#passagetag_header).
const tagsOfFormats = new Set([
  ...['widget', 'init', 'Twine.audio', 'Twine.image', 'Twine.private', 'Twine.video', 'Twine.vtt'],
  ...['header', 'footer', 'startup', 'debug-header', 'debug-footer', 'debug-startup', 'annotation'],
])

/** Whether a passage of that name is about the story, or for a story format, and no scene. */
export function isSpecialName(name: string): boolean {
  return aboutStory.has(name) || ofFormats.has(name)
}

function isNoStory({ name, tags, line }: Passage, losses: Loss[]): boolean {
  if (aboutStory.has(name) || tags.some((tag) => silentTags.has(tag))) return true
  const tag = tags.find((one) => tagsOfFormats.has(one))
  if (!ofFormats.has(name) && tag === undefined) return false
  const why = tag === undefined ? '' : ` with the tag ${quote(tag)}`
  losses.push({
    line,
    place: name,
    what: `${quote(name)}${why} is for the story format and no scene: it is left out`,
  })
  return true
}

/** `start`, or `startnode` with a name, as Yoto's own sample has it. */
function startIn(
  data: Passage | undefined,
  { names, losses }: { readonly names: ReadonlyMap<string, Passage>; readonly losses: Loss[] },
): string | null {
  if (data === undefined) return null
  const lost = (what: string) => losses.push({ line: data.line, place: data.name, what })
  const read = objectIn(data.text)
  if (read === undefined) {
    lost('what stands in StoryData is no JSON: it is passed over, and with it where the story begins')
    return null
  }
  const { start, startnode } = read
  if (typeof start === 'string' && start !== '' && !names.has(start))
    lost(`StoryData begins with ${quote(start)}, and there is no such passage`)
  for (const one of [start, startnode]) if (typeof one === 'string' && names.has(one)) return one
  return null
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}

/** `(set: $name to value)` of Harlowe and `<<set $name to value>>` of SugarCube. */
function variablesIn(text: string): ReadonlyMap<string, string> {
  const setting = /(?:\(set:|<<set)\s*\$(\w+)\s*(?:to\b|=)\s*("[^"\n]*"|'[^'\n]*'|[^\s)>;,]+)/g
  return new Map(
    [...text.matchAll(setting)].map(([, name = '', value = '']) => [
      name,
      value.replace(/^(["'])(.*)\1$/, '$2'),
    ]),
  )
}
