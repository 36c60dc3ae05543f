export type Face = 'asleep' | 'waiting' | 'playing' | 'paused'

interface Pixel {
  readonly x: number
  readonly y: number
  readonly colour: string
}

// What the little screen of a simulated player shows, a letter for a lit pixel.
const drawings: Readonly<Record<Face, readonly string[]>> = {
  asleep: [
    '............',
    '.........bbb',
    '..........b.',
    '.........bbb',
    '............',
    '.bbb...bbb..',
    '............',
    '............',
    '....bbb.....',
    '............',
  ],
  waiting: [
    '............',
    '............',
    '..yy....yy..',
    '..yy....yy..',
    '..yy....yy..',
    '............',
    '............',
    '...y....y...',
    '....yyyy....',
    '............',
  ],
  playing: [
    '....gggggg..',
    '....g....g..',
    '....g....g..',
    '....g....g..',
    '..ggg..ggg..',
    '..ggg..ggg..',
    '............',
    '.y........y.',
    '..yyyyyyyy..',
    '............',
  ],
  paused: [
    '............',
    '...oo..oo...',
    '...oo..oo...',
    '...oo..oo...',
    '...oo..oo...',
    '...oo..oo...',
    '...oo..oo...',
    '...oo..oo...',
    '...oo..oo...',
    '............',
  ],
}

const colours: Readonly<Record<string, string>> = { b: '#5b76b8', y: '#ffd166', g: '#6ee7a8', o: '#ff9d6e' }

/** The lit pixels of a face and the size of its field. */
export function facePixels(face: Face): { width: number; height: number; pixels: readonly Pixel[] } {
  const rows = drawings[face]
  const pixels = rows.flatMap((row, y) =>
    [...row].flatMap((letter, x) => {
      const colour = colours[letter]
      return colour === undefined ? [] : [{ x, y, colour }]
    }),
  )
  return { width: rows[0]?.length ?? 0, height: rows.length, pixels }
}
