/**
 * What people put into a library that cannot become audio there, told by its first bytes. The words go on behind
 * "it is", and say what would do.
 */
const saveAs = 'save its sound as MP3, M4A or FLAC'
const another = `none that can be imported; ${saveAs}`
const picture = 'a picture, not audio'
const video = (name: string) => `a video (${name}); ${saveAs}`
const archive = (name: string) => `an archive (${name}); unpack it and put in the audio inside`
const otherAudio = (name: string) => `${name} audio, ${another}`
export const protectedWords =
  'protected by its seller (DRM), and can be played only in the app it was bought for; ask the seller for a copy without protection'

const signatures: readonly (readonly [offset: number, bytes: string, words: string])[] = [
  [0, '\x30\x26\xb2\x75\x8e\x66\xcf\x11', `Windows Media (WMA), ${another}`],
  [0, '\x1a\x45\xdf\xa3', video('Matroska or WebM')],
  [0, 'FLV\x01', video('Flash')],
  [0, '\x00\x00\x01\xba', video('MPEG')],
  [0, '\x00\x00\x01\xb3', video('MPEG')],
  [0, '.RMF', `RealMedia, ${another}`],
  [0, '.ra\xfd', `RealAudio, ${another}`],
  [4, '\x57\x90\x75\x36', `an Audible book, ${protectedWords}`],
  [0, 'PK\x03\x04', archive('ZIP')],
  [0, 'PK\x05\x06', archive('ZIP, an empty one')],
  [0, 'Rar!\x1a\x07', archive('RAR')],
  [0, '7z\xbc\xaf\x27\x1c', archive('7z')],
  [0, '\x1f\x8b\x08', archive('gzip')],
  [0, '\x89PNG\r\n', picture],
  [0, '\xff\xd8\xff', picture],
  [0, 'GIF8', picture],
  [0, 'II*\x00', picture],
  [0, 'MM\x00*', picture],
  [0, '8BPS\x00\x01', picture],
  [0, '\x00\x00\x00\x0cjP  ', picture],
  [0, '%PDF-', 'a PDF document, not audio'],
  [0, 'MThd', `MIDI, notes without sound, ${another}`],
  [0, 'caff', otherAudio('Core Audio (CAF)')],
  [0, '.snd', otherAudio('Sun (AU)')],
  [0, '#!AMR', otherAudio('AMR')],
  [0, 'wvpk', otherAudio('WavPack')],
  [0, 'MAC ', otherAudio("Monkey's")],
  [0, 'MPCK', otherAudio('Musepack')],
  [0, 'MP+', otherAudio('Musepack')],
  [0, 'TTA1', otherAudio('TTA')],
  [0, 'DSD ', otherAudio('DSD')],
  [0, 'FRM8', otherAudio('DSD')],
  [0, 'ADIF', otherAudio('bare AAC (ADIF)')],
  [0, '\x7fELF', 'a program, not audio'],
  [0, 'MZ', 'a program, not audio'],
  [0, 'SQLite format 3', 'a database, not audio'],
]

/** What the bytes are, where it can be told; `null` where they may still be audio. */
export function foreignBinary(head: Buffer): string | null {
  const found = signatures.find(([offset, bytes]) => startsWith(head, bytes, offset))
  if (found !== undefined) return found[2]
  if (startsWith(head, 'BM') && startsWith(head, '\0\0\0\0', 6)) return picture
  const isTransportStream = head[0] === 0x47 && head[188] === 0x47 && head[376] === 0x47
  return isTransportStream ? video('MPEG transport stream') : null
}

export function startsWith(head: Buffer, bytes: string, offset = 0): boolean {
  return head.toString('latin1', offset, offset + bytes.length) === bytes
}

const listOfFiles = 'no audio but a list of other files; put in the files it names'
const texts: readonly (readonly [start: RegExp, words: string])[] = [
  [/^#EXTM3U/i, `a playlist, ${listOfFiles}`],
  [/^\[playlist\]/i, `a playlist, ${listOfFiles}`],
  [/^ffconcat/i, listOfFiles],
  [/^<\?wpl|^<asx|<playlist\b|<smil\b|<MPD\b/i, `a playlist, ${listOfFiles}`],
  [/^(rem .*\n\s*)*(file ".*"|performer |title |catalog )/i, `a cue sheet, ${listOfFiles}`],
  [
    /^(<!doctype html|<html|<head|<body)|<html\b/i,
    'a web page; the download has failed, get the file itself',
  ],
  [/^(file:|https?:)\S+\s*$/im, `a list of addresses, ${listOfFiles}`],
]

/** What a text is; `null` where the bytes are no text. */
export function foreignText(head: Buffer): string | null {
  const text = textOf(head)
  if (text === null) return null
  return texts.find(([start]) => start.test(text))?.[1] ?? 'a text, not audio'
}

/** The beginning, where it reads like one: no control characters, and most of it plain letters. */
function textOf(head: Buffer): string | null {
  const isUtf16 = startsWith(head, '\xff\xfe') && head[3] === 0
  const text = (isUtf16 ? head.toString('utf16le') : head.toString('latin1'))
    .replace(/^(\ufeff|\xef\xbb\xbf)/, '')
    .trimStart()
    .slice(0, 1024)
  const isReadable = [...text].every((character) => character >= ' ' || /\s/.test(character))
  const plain = [...text].filter((character) => character <= '~').length
  return isReadable && plain > text.length / 2 ? text : null
}

const pictureBrands = ['heic', 'heix', 'hevc', 'mif1', 'msf1', 'avif', 'avis', 'crx ']
const protectedBrands = ['M4P ', 'aax ', 'aaxc']

/** What an MPEG-4 file of this brand is, where it is no audio that can be read. */
export function foreignBrand(brand: string): string | null {
  if (pictureBrands.includes(brand)) return picture
  return protectedBrands.includes(brand) ? protectedWords : null
}

/** What a RIFF or IFF file of this kind is, where it is no WAVE nor AIFF. */
export function foreignRiff(kind: string): string {
  if (kind === 'AVI ') return video('AVI')
  if (kind === 'WEBP') return picture
  if (kind === 'RMID') return `MIDI, notes without sound, ${another}`
  return `of a kind of its own, ${another}`
}
