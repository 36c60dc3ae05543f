import { msPerFrame } from './frames.ts'
import type { LibraryFile } from './library/inspect-file.ts'

/**
 * How many of the files have begun, played one behind the other, before `ms` milliseconds have passed: the last of
 * them is what is playing then. At least one, so that there always is something to hear.
 */
export function begunWithin(files: readonly Pick<LibraryFile, 'frames'>[], ms: number): number {
  let beginsMs = 0
  const notYet = files.findIndex((file) => {
    const isBegun = beginsMs < ms
    beginsMs += file.frames * msPerFrame
    return !isBegun
  })
  return notYet === -1 ? files.length : Math.max(1, notYet)
}

/** How long the files play one behind the other, in milliseconds. */
export function playingMs(files: readonly Pick<LibraryFile, 'frames'>[]): number {
  return files.reduce((sum, { frames }) => sum + frames * msPerFrame, 0)
}
