import { PNG } from 'pngjs'

/** An icon that the simulated Yoto has for everybody. */
export interface PublicIcon {
  readonly title: string
  readonly tags: readonly string[]
  readonly png: Buffer
}

const edge = 16
const colours: Readonly<Record<string, readonly [red: number, green: number, blue: number]>> = {
  y: [255, 200, 40],
  o: [240, 120, 30],
  r: [220, 50, 60],
  g: [60, 170, 80],
  b: [60, 110, 220],
  w: [235, 235, 235],
  n: [110, 70, 40],
}

/** Eight rows of eight; every letter becomes four pixels, and a dot none. */
const drawings: readonly { title: string; tags: readonly string[]; rows: readonly string[] }[] = [
  {
    title: 'Star',
    tags: ['night', 'sky'],
    rows: ['...yy...', '...yy...', 'yyyyyyyy', '.yyyyyy.', '..yyyy..', '.yyyyyy.', '.yy..yy.', 'yy....yy'],
  },
  {
    title: 'Moon',
    tags: ['night', 'bedtime', 'sky'],
    rows: ['..www...', '.ww.....', 'ww......', 'ww......', 'ww......', 'ww.....w', '.www.www', '..wwww..'],
  },
  {
    title: 'Heart',
    tags: ['love'],
    rows: ['.rr..rr.', 'rrrrrrrr', 'rrrrrrrr', 'rrrrrrrr', '.rrrrrr.', '..rrrr..', '...rr...', '........'],
  },
  {
    title: 'Fox',
    tags: ['animal', 'forest'],
    rows: ['o......o', 'oo....oo', 'oooooooo', 'oboooobo', 'oooooooo', 'wwooooww', '.wwnnww.', '..wwww..'],
  },
  {
    title: 'Tree',
    tags: ['forest', 'nature'],
    rows: ['...gg...', '..gggg..', '.gggggg.', 'gggggggg', '.gggggg.', 'gggggggg', '...nn...', '...nn...'],
  },
  {
    title: 'Café',
    tags: ['drink', 'été'],
    rows: ['..w..w..', '.w..w...', '..w..w..', 'nnnnnn..', 'nnnnnnnn', 'nnnnnn.n', 'nnnnnnn.', '.nnnn...'],
  },
]

/** Drawn for this simulator alone. */
export function publicIcons(): readonly PublicIcon[] {
  return drawings.map(({ title, tags, rows }) => ({ title, tags, png: pngOf(rows) }))
}

function pngOf(rows: readonly string[]): Buffer {
  const png = new PNG({ width: edge, height: edge })
  png.data.fill(0)
  for (let at = 0; at < edge * edge; at++) {
    const letter = rows[Math.floor(at / edge / 2)]?.[Math.floor((at % edge) / 2)] ?? '.'
    const colour = colours[letter]
    if (colour !== undefined) png.data.set([...colour, 255], at * 4)
  }
  return PNG.sync.write(png)
}
