import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'

/** What is to lie in a zip: bytes, or a file of this machine. */
export type ZipContent = { readonly bytes: Uint8Array } | { readonly path: string }

// One and the same time for all, so that the same story makes the same zip.
const mtime = new Date('2000-01-01T00:00:00Z')

/** Writes a zip to a file that is empty; files are read while it is written, and none is compressed but the texts. */
export async function writeZip(path: string, contents: ReadonlyMap<string, ZipContent>): Promise<void> {
  const zip = new ZipFile()
  const failed = new Promise<never>((_, reject) => zip.once('error', reject))
  for (const [name, content] of contents) {
    const settings = { mtime, mode: 0o100644, compress: name.endsWith('.json'), forceDosTimestamp: true }
    if ('bytes' in content) zip.addBuffer(Buffer.from(content.bytes), name, settings)
    else zip.addFile(content.path, name, settings)
  }
  zip.end()
  await Promise.race([
    failed,
    pipeline(Readable.from(zip.outputStream), createWriteStream(path, { flags: 'r+' })),
  ])
}
