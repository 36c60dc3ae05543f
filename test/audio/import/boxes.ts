/** Where the boxes of that path begin in an MPEG-4 file. ISO 14496-12, 4.2. */
function boxesAt(file: Buffer, path: readonly string[]): number[] {
  let [position, end] = [0, file.length]
  return path.map((name) => {
    while (position < end && file.toString('latin1', position + 4, position + 8) !== name)
      position += file.readUInt32BE(position)
    if (position >= end) throw new Error(`there is no ${name}`)
    const found = position
    end = found + file.readUInt32BE(found)
    position = found + 8
    return found
  })
}

/** The same file, whose sound is said to lie in another: an alias as old QuickTime wrote it. */
export function withSoundElsewhere(file: Buffer, path: string): Buffer {
  const boxes = boxesAt(file, ['moov', 'trak', 'mdia', 'minf', 'dinf', 'dref'])
  const dref = boxes.at(-1) ?? 0
  const size = file.readUInt32BE(dref)
  const whole = Buffer.concat([file.subarray(0, dref + 16), aliasTo(path), file.subarray(dref + size)])
  const longer = whole.length - file.length
  for (const box of boxes) whole.writeUInt32BE(whole.readUInt32BE(box) + longer, box)
  return whole
}

// As libavformat/mov.c reads it: an alias record of version 2, with the whole path as its item 2.
function aliasTo(path: string): Buffer {
  const record = Buffer.alloc(150)
  record.writeUInt8(3, 10)
  record.write('mac', 11)
  record.writeUInt8(5, 50)
  record.write('a.wav', 51)
  const even = path.length % 2 === 0 ? path : `${path}\0`
  const item = Buffer.alloc(4)
  item.writeInt16BE(2, 0)
  item.writeInt16BE(path.length, 2)
  const last = Buffer.from([0xff, 0xff, 0, 0])
  const content = Buffer.concat([
    Buffer.from('alis\0\0\0\0', 'latin1'),
    record,
    item,
    Buffer.from(even),
    last,
  ])
  const size = Buffer.alloc(4)
  size.writeUInt32BE(content.length + 4)
  return Buffer.concat([size, content])
}
