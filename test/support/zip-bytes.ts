import { crc32, deflateRawSync } from 'node:zlib'

/** An entry of a zip as somebody may write it: what its directory says need not be so. */
export interface ZipEntry {
  readonly name: string | Buffer
  readonly data?: string | Uint8Array
  /** 8 packs it, 0 stores it. */
  readonly method?: number
  readonly flags?: number
  /** What the directory says of its size, in place of the true one. */
  readonly size?: number
  readonly packedSize?: number
  readonly sum?: number
  /** Of Unix: `0o120777` for a link. */
  readonly mode?: number
  /** Where its data are said to lie; another entry's, for instance. */
  readonly offset?: number
  /** With its sizes and its place in 64 bits. */
  readonly zip64?: boolean
}

interface ZipShape {
  /** How many entries it says that it has. */
  readonly count?: number
}

/** Writes a zip byte by byte (APPNOTE.TXT 4.3). */
export function zipOf(entries: readonly ZipEntry[], { count }: ZipShape = {}): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const entry of entries) {
    const { local, central } = entryOf(entry, at)
    parts.push(local)
    directory.push(central)
    at += local.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(Math.min(count ?? entries.length, 0xffff), 8)
  end.writeUInt16LE(Math.min(count ?? entries.length, 0xffff), 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(at, 16)
  const isLarge = entries.some(({ zip64 }) => zip64 === true) || (count ?? entries.length) > 0xffff
  const large = isLarge
    ? endOf64({ count: count ?? entries.length, size: central.length, at })
    : Buffer.alloc(0)
  if (isLarge) end.writeUInt32LE(0xffffffff, 16)
  return Buffer.concat([...parts, central, large, end])
}

function entryOf(entry: ZipEntry, at: number): { readonly local: Buffer; readonly central: Buffer } {
  const name = Buffer.from(entry.name)
  const data = Buffer.from(entry.data ?? '')
  const method = entry.method ?? 0
  const packed = method === 8 ? deflateRawSync(data) : data
  const size = entry.size ?? data.length
  const packedSize = entry.packedSize ?? packed.length
  const flags = (entry.flags ?? 0) | 0x800
  const sum = entry.sum ?? crc32(data)
  const offset = entry.offset ?? at
  const common = Buffer.alloc(26)
  common.writeUInt16LE(entry.zip64 === true ? 45 : 20, 0)
  common.writeUInt16LE(flags, 2)
  common.writeUInt16LE(method, 4)
  common.writeUInt32LE(sum, 10)
  common.writeUInt32LE(packedSize % 2 ** 32, 14)
  common.writeUInt32LE(size % 2 ** 32, 18)
  common.writeUInt16LE(name.length, 22)
  const local = Buffer.concat([signature(0x04034b50), common, name, packed])
  const inDirectory = Buffer.from(common)
  const extra = entry.zip64 === true ? extraOf64({ size, packedSize, offset }) : Buffer.alloc(0)
  if (entry.zip64 === true) inDirectory.writeUInt32LE(0xffffffff, 14)
  if (entry.zip64 === true) inDirectory.writeUInt32LE(0xffffffff, 18)
  inDirectory.writeUInt16LE(extra.length, 24)
  const rest = Buffer.alloc(14)
  rest.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 6)
  rest.writeUInt32LE(entry.zip64 === true ? 0xffffffff : offset, 10)
  // Made by Unix, whose kinds of files stand in its attributes.
  const madeBy = Buffer.from([20, 3])
  return { local, central: Buffer.concat([signature(0x02014b50), madeBy, inDirectory, rest, name, extra]) }
}

function extraOf64({
  size,
  packedSize,
  offset,
}: {
  size: number
  packedSize: number
  offset: number
}): Buffer {
  const extra = Buffer.alloc(28)
  extra.writeUInt16LE(1, 0)
  extra.writeUInt16LE(24, 2)
  extra.writeBigUInt64LE(BigInt(size), 4)
  extra.writeBigUInt64LE(BigInt(packedSize), 12)
  extra.writeBigUInt64LE(BigInt(offset), 20)
  return extra
}

function endOf64({ count, size, at }: { count: number; size: number; at: number }): Buffer {
  const end = Buffer.alloc(56)
  end.writeUInt32LE(0x06064b50, 0)
  end.writeBigUInt64LE(44n, 4)
  end.writeUInt16LE(45, 12)
  end.writeUInt16LE(45, 14)
  end.writeBigUInt64LE(BigInt(count), 24)
  end.writeBigUInt64LE(BigInt(count), 32)
  end.writeBigUInt64LE(BigInt(size), 40)
  end.writeBigUInt64LE(BigInt(at), 48)
  const locator = Buffer.alloc(20)
  locator.writeUInt32LE(0x07064b50, 0)
  locator.writeBigUInt64LE(BigInt(at + size), 8)
  locator.writeUInt32LE(1, 16)
  return Buffer.concat([end, locator])
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
