import { Type } from 'typebox'

/** A file or folder of the library: relative, and never out of its folder. `expected` says so in words. */
export function libraryPath(expected: string) {
  return Type.String({ pattern: '^(?!/)(?!.*(^|/)\\.\\.(/|$))[^\\\\\\u0000]+$', expected })
}
