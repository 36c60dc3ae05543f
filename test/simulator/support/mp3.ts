/** Silent MPEG-1 layer III frames, 48 kHz, 128 kbit/s: 384 bytes and 24 ms each. */
export function silentMp3(seconds: number): Buffer {
  const frame = Buffer.alloc(384)
  frame.set([0xff, 0xfb, 0x94, 0xc4])
  return Buffer.concat(Array.from({ length: Math.round(seconds / 0.024) }, () => frame))
}
