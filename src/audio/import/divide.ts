import { msPerFrame } from '../frames.ts'
import type { Chapter } from './chapters.ts'

/** A run of the frames of one file that is an item of its own. */
export interface Item {
  /** Where it says more than the title of the whole: "Chapter 3", "Part 2 of 11". */
  readonly title?: string
  readonly firstFrame: number
  readonly frames: number
}

/** Yoto takes no track of an hour; this leaves it room. */
export const longestItemSeconds = 55 * 60
const longestItemFrames = Math.floor((longestItemSeconds * 1000) / msPerFrame)

/**
 * The items that a file becomes: its chapters, and equal parts of at most 55 minutes of what is longer. They follow each
 * other without a gap, and their frames are those of the whole.
 */
export function divide(frames: number, chapters: readonly Chapter[]): Item[] {
  if (frames <= 0) return []
  // The sound lies half a frame into the file, so that rounding never cuts off how a chapter begins.
  const starts = chapters.map(({ start_s }) => Math.min(frames, Math.round((start_s * 1000) / msPerFrame)))
  const items = chapters.flatMap(({ title }, index) => {
    const firstFrame = index === 0 ? 0 : (starts[index] ?? 0)
    const end = starts[index + 1] ?? frames
    return end <= firstFrame
      ? []
      : [{ ...(title === undefined ? {} : { title }), firstFrame, frames: end - firstFrame }]
  })
  return (items.length === 0 ? [{ firstFrame: 0, frames }] : items).flatMap(inParts)
}

function inParts(item: Item): Item[] {
  const count = Math.ceil(item.frames / longestItemFrames)
  if (count === 1) return [item]
  const startOf = (part: number) => Math.floor((item.frames * part) / count)
  return Array.from({ length: count }, (_, part) => {
    const words = `Part ${part + 1} of ${count}`
    return {
      title: item.title === undefined ? words : `${item.title}, ${words.toLowerCase()}`,
      firstFrame: item.firstFrame + startOf(part),
      frames: startOf(part + 1) - startOf(part),
    }
  })
}
