import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { make } from './import/make.ts'

/** A book whose tone rises through its chapters, each so many seconds long. Its ending says what it is: m4b, mp3, opus. */
export async function makeBook(
  folder: string,
  name: string,
  chapters: readonly (readonly [title: string | null, seconds: number])[],
): Promise<string> {
  const path = join(folder, name)
  const tags = `${path}.txt`
  let from = 0
  const told = chapters.map(([title, seconds]) => {
    const [start, end] = [from, from + seconds]
    from = end
    const lines = ['[CHAPTER]', 'TIMEBASE=1/1000', `START=${start * 1000}`, `END=${end * 1000}`]
    return [...lines, ...(title === null ? [] : [`title=${title}`])].join('\n')
  })
  await writeFile(tags, [';FFMETADATA1', 'title=The Wizard', ...told, ''].join('\n'))
  const sound = `aevalsrc='0.3*sin(2*PI*(300+20*t)*t)':d=${from}`
  const inputs = ['-f', 'lavfi', '-i', sound, '-f', 'ffmetadata', '-i', `file:${tags}`]
  await make(...inputs, '-map', '0:a', '-map_metadata', '1', '-map_chapters', '1', `file:${path}`)
  await rm(tags)
  return path
}
