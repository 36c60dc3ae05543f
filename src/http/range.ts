import parseRange from 'range-parser'

/** What a request asks for of a body: first and last byte are both included. */
export type RequestedRange =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly start: number; readonly end: number }
  | { readonly kind: 'unsatisfiable' }

const whole: RequestedRange = { kind: 'whole' }

// RFC 9110, 14.1.1: one range, with a first byte, a last byte, or both.
const oneRange = /^bytes=[ \t]*(?:(\d+)-(\d*)|-(\d+))[ \t]*$/i

/**
 * What the Range header of a GET means for a body of `length` bytes (RFC 9110, 14.2). A header that is malformed,
 * names another unit or asks for several ranges is answered with the whole body, which is always allowed.
 */
export function requestedRange(header: string | undefined, length: number): RequestedRange {
  const written = oneRange.exec(header ?? '')
  if (written === null) return whole
  const [, first, last, suffix] = written
  if (last && Number(last) < Number(first)) return whole
  // range-parser takes a suffix longer than the body for unsatisfiable; it means all of it (14.1.2).
  const normalized =
    suffix === undefined ? `bytes=${first}-${last}` : `bytes=-${Math.min(Number(suffix), length)}`
  const ranges = parseRange(length, normalized)
  if (ranges === -2) return whole
  const range = ranges === -1 ? undefined : ranges[0]
  return range === undefined
    ? { kind: 'unsatisfiable' }
    : { kind: 'part', start: range.start, end: range.end }
}

/** Content-Range of the range or, without one, of the refusal. */
export function contentRange(length: number, range?: { start: number; end: number }): string {
  return range === undefined ? `bytes */${length}` : `bytes ${range.start}-${range.end}/${length}`
}
