/** Bytes of a file in memory that is used again for others. */
export interface Piece {
  readonly bytes: Buffer
  /** For when nobody reads the bytes any more. */
  giveBack(): void
}

/** As long as the longest piece. */
export const pieceBytes = 64 * 1024

/** Memory of its own, which the collector takes back. */
export function pieceOf(bytes: Buffer): Piece {
  return { bytes, giveBack() {} }
}
