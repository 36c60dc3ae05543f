import { checkedPicture, type Draw } from './drawing.ts'

/** What Yoto has covers for, with their sizes in pixels (yoto-protocol §2.8). */
export const coverSizes = {
  /** What people make themselves, and so what our cards are: a square cover loses least in it. */
  myo: { width: 520, height: 400 },
  podcast: { width: 600, height: 600 },
  default: { width: 638, height: 1011 },
} as const
export type CoverType = keyof typeof coverSizes

/** A JPEG of 638×1011 pixels of noise stays below. */
const mostBytes = 1024 * 1024

/**
 * The middle of a picture as a JPEG of exactly the size of such a cover; what is transparent becomes white.
 * @throws AppError as `checkedPicture` and `draw` do
 */
export async function makeCover(
  bytes: Uint8Array,
  { type, draw }: { type: CoverType; draw: Draw },
): Promise<Buffer<ArrayBuffer>> {
  const { width, height } = coverSizes[type]
  const filters = [
    // Cut first: what is long and narrow would grow to many times its size before it was cut.
    `crop=w='max(1,min(iw,ih*${width}/${height}))':h='max(1,min(ih,iw*${height}/${width}))'`,
    `scale=w=${width}:h=${height}`,
    // The colours are turned round, drawn on black, and turned back.
    'format=gbrap,negate,premultiply=inplace=1,negate',
    'format=yuvj420p',
  ].join()
  const output = ['-c:v', 'mjpeg', '-q:v', '3', '-f', 'mjpeg']
  return Buffer.from(await draw(checkedPicture(bytes), { filters, output, mostBytes }))
}
