import { PassThrough } from 'node:stream'
import { ImportFault } from './fault.ts'
import { type Running, runFfmpeg, type Source } from './ffmpeg.ts'
import { cleanText } from './text.ts'

/** A run of the sound. All of a file follow each other from its beginning to its end. */
export interface Chapter {
  readonly title?: string
  readonly start_s: number
  readonly end_s: number
}

// A book of ten hours has some hundred; what gives more is no book.
const mostChapters = 1_000
const mostCharacters = 1_000_000

/**
 * The chapters that the file names, as they stand there: MPEG-4 of both kinds, ID3 and Ogg. ffmpeg reads them,
 * because music-metadata 11 finds those of an MPEG-4 only where its index comes first, and often not then.
 * What cannot be read has none.
 * @throws ImportFault of the machine, or the reason of the signal
 */
export async function readChapters(source: Source, running: Running = {}): Promise<Chapter[]> {
  const out = new PassThrough({ emitClose: false })
  const text = textOf(out)
  try {
    await runFfmpeg(source, {
      ...running,
      logLevel: 'error',
      outputOptions: ['-map_metadata:g', '-1', '-map_chapters', '0', '-f', 'ffmetadata'],
      target: out,
    })
    return chaptersIn(await text)
  } catch (error) {
    if (error instanceof ImportFault && error.of === 'file') return []
    throw error
  } finally {
    out.destroy()
    // Nobody else may be waiting for it.
    await text.catch(() => '')
  }
}

async function textOf(out: AsyncIterable<Buffer>): Promise<string> {
  let text = ''
  const decoder = new TextDecoder()
  // Read to the end, or ffmpeg would not come to it.
  for await (const chunk of out)
    if (text.length < mostCharacters) text += decoder.decode(chunk, { stream: true })
  return text
}

/** Out of ffmpeg's own notation. https://ffmpeg.org/ffmpeg-formats.html#Metadata-2 */
export function chaptersIn(ffmetadata: string): Chapter[] {
  // A backslash takes the meaning from what follows, line ends among it.
  const lines = ffmetadata.match(/(?:\\[\s\S]|[^\\\n])+/g) ?? []
  const chapters: { base: number; start: number; end: number; title?: string }[] = []
  for (const line of lines) {
    if (line === '[CHAPTER]') chapters.push({ base: 1e-9, start: Number.NaN, end: Number.NaN })
    const chapter = chapters.at(-1)
    if (chapter === undefined) continue
    const [, key = '', value = ''] = /^([^=\\]+)=([\s\S]*)$/.exec(line) ?? []
    if (key === 'TIMEBASE') chapter.base = fraction(value)
    if (key === 'START') chapter.start = Number(value)
    if (key === 'END') chapter.end = Number(value)
    if (key.toLowerCase() === 'title') chapter.title = value.replace(/\\([\s\S])/g, '$1')
  }
  return chapters.slice(0, mostChapters).map(({ base, start, end, title }) => {
    const text = cleanText(title)
    return { ...(text === undefined ? {} : { title: text }), start_s: start * base, end_s: end * base }
  })
}

function fraction(text: string): number {
  const [above = '', below = ''] = text.split('/')
  return Number(above) / Number(below)
}

// Shorter ones are slips of whoever cut the chapters.
const shortestSeconds = 0.5

/**
 * The same without gaps, overlaps and empty ones, for a sound of that length: each lasts until the next begins.
 * None where fewer than two remain, for then there is nothing to tell apart.
 */
export function wholeChapters(chapters: readonly Chapter[], seconds: number): Chapter[] {
  const begun = chapters
    .filter(({ start_s }) => Number.isFinite(start_s) && start_s < seconds - shortestSeconds)
    .map(({ title, start_s }) => ({ title, start_s: Math.max(0, start_s) }))
    .sort((one, other) => one.start_s - other.start_s)
    .filter(({ start_s }, index, all) => {
      const next = all[index + 1]
      return next === undefined || next.start_s - start_s >= shortestSeconds
    })
  if (begun.length < 2) return []
  return begun.map(({ title, start_s }, index) => ({
    ...(title === undefined ? {} : { title }),
    start_s: index === 0 ? 0 : start_s,
    end_s: begun[index + 1]?.start_s ?? seconds,
  }))
}
