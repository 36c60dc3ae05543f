import { bytesPerFrame, msPerFrame } from '../frames.ts'
import type { Chapter } from '../import/chapters.ts'
import { divide, type Item } from '../import/divide.ts'
import { isAudioName } from '../names.ts'
import type { LibraryFile } from './inspect-file.ts'

/** A chapter or part of a long file, which can stand in a queue by itself. */
export interface Part {
  readonly reference: string
  readonly title: string
  readonly seconds: number
}

const fewestDigits = 2

/**
 * Reads the name of a part: that of its file and its number behind a slash, counted from 1, with or without zeros. No
 * other file can have such a name, for a file is no folder. Null for any other name.
 */
export function partOf(name: string): { readonly whole: string; readonly number: number } | null {
  const slash = name.lastIndexOf('/')
  const [whole, digits] = [name.slice(0, slash), name.slice(slash + 1)]
  return /^\d{1,9}$/.test(digits) && isAudioName(whole) ? { whole, number: Number(digits) } : null
}

/** The file's name, of the file itself or of one of its parts. */
export function wholeOf(name: string): string {
  return partOf(name)?.whole ?? name
}

export function partNames(whole: string, count: number): string[] {
  const digits = Math.max(fewestDigits, String(count).length)
  return Array.from({ length: count }, (_, index) => `${whole}/${String(index + 1).padStart(digits, '0')}`)
}

// The chapters of a book stay the same object for as long as it is known.
const divided = new WeakMap<readonly Chapter[], readonly Item[]>()

/** How a file comes apart; empty where it is one item. */
export function itemsOf(frames: number, chapters: readonly Chapter[]): readonly Item[] {
  const known = divided.get(chapters)
  if (known !== undefined) return known
  const items = divide(frames, chapters)
  if (items.length < 2) return []
  if (chapters.length > 0) divided.set(chapters, items)
  return items
}

/** The part as something to play; null where the file has none of that number. */
export function partFile(
  whole: LibraryFile,
  items: readonly Item[],
  part: { readonly name: string; readonly number: number },
): LibraryFile | null {
  const item = items[part.number - 1]
  if (item === undefined) return null
  const { firstFrame, frames } = item
  return {
    ...whole,
    file: part.name,
    title: titleOfPart(item, part.number),
    size: frames * bytesPerFrame,
    seconds: secondsOf(frames),
    firstFrame,
    frames,
  }
}

export function partsOf(whole: string, items: readonly Item[]): Part[] {
  const names = partNames(whole, items.length)
  return items.map((item, index) => ({
    reference: names[index] ?? whole,
    title: titleOfPart(item, index + 1),
    seconds: secondsOf(item.frames),
  }))
}

/** Its own title, if it has one. */
export function titleOfPart(item: Item | undefined, number: number): string {
  return item?.title ?? `Chapter ${number}`
}

function secondsOf(frames: number): number {
  return (frames * msPerFrame) / 1000
}
