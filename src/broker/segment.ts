/** The words that stand where the segment of a player could. */
export const reservedSegments: ReadonlySet<string> = new Set(['bridge', 'stream', 'input'])
const plainSegment = /^[A-Za-z0-9_-]{1,64}$/
const escapeMark = 'hex-'

/**
 * An opaque id as one segment of a topic that is also an object id of Home Assistant (`[a-zA-Z0-9_-]+`).
 * Plain ids stand as they are; any other becomes `hex-` and the hexadecimal digits of its UTF-8 bytes: ids with
 * `+ # /` or beyond ASCII, empty or over 64 characters, our own words (`bridge`, `stream`, `input`), and ids
 * that begin with `hex-` themselves. So two ids never meet in one topic.
 */
export function segmentOf(id: string): string {
  const plain = plainSegment.test(id) && !reservedSegments.has(id) && !id.startsWith(escapeMark)
  return plain ? id : `${escapeMark}${Buffer.from(id, 'utf8').toString('hex')}`
}

/** The id behind a segment, undefined when `segmentOf` writes no id so. */
export function idOfSegment(segment: string): string | undefined {
  const id = segment.startsWith(escapeMark)
    ? Buffer.from(segment.slice(escapeMark.length), 'hex').toString('utf8')
    : segment
  return segmentOf(id) === segment ? id : undefined
}

/** Small letters and digits stand as they are; after `_` follow two hexadecimal digits of any other character. */
export function keyOf(name: string): string {
  return name.replace(/[^a-z0-9]/g, (other) => `_${Buffer.from(other, 'utf8').toString('hex')}`)
}
