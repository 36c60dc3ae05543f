// Draws icon.png (128 x 128) and logo.png (250 x 100), for Home Assistant's store: node scripts/pictures.mjs.
// A card above a stream. Everything is a distance to a line or an arc, so that edges are smooth.
import { writeFileSync } from 'node:fs'
import { PNG } from 'pngjs'

const night = [38, 42, 92]
const lagoon = [24, 132, 140]
const paper = [255, 248, 232]
const sun = [255, 138, 92]
const fine = 4

const mix = (a, b, part) => a.map((value, at) => value + (b[at] - value) * part)
const box = (x, y, { left, top, width, height, round }) => {
  const dx = Math.abs(x - left - width / 2) - width / 2 + round
  const dy = Math.abs(y - top - height / 2) - height / 2 + round
  return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - round
}
const line = (x, y, [ax, ay, bx, by]) => {
  const along = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)
  const part = Math.min(1, Math.max(0, along))
  return Math.hypot(x - ax - (bx - ax) * part, y - ay - (by - ay) * part)
}

/** The colour of a place of the icon, in units of its width; null where nothing is. */
function icon(x, y) {
  if (box(x, y, { left: 0.02, top: 0.02, width: 0.96, height: 0.96, round: 0.22 }) > 0) return null
  const card = box(x, y, { left: 0.31, top: 0.13, width: 0.38, height: 0.46, round: 0.06 })
  if (Math.hypot(x - 0.5, y - 0.33) < 0.1) return sun
  if (card < 0) return paper
  for (const [at, strength] of [[0.67, 1], [0.77, 0.75], [0.87, 0.5]]) {
    const middle = at + 0.022 * Math.sin((x - at) * 14)
    if (Math.abs(y - middle) < 0.022 && x > 0.17 && x < 0.83) return mix(lagoon, paper, strength)
  }
  return mix(night, lagoon, y)
}

const arc = (cx, cy, r, from, to) =>
  Array.from({ length: 12 }, (_, at) => {
    const [a, b] = [at, at + 1].map((step) => ((from + ((to - from) * step) / 12) * Math.PI) / 180)
    return [cx + r * Math.cos(a), cy + r * Math.sin(a), cx + r * Math.cos(b), cy + r * Math.sin(b)]
  })
// Letters as strokes, one unit high and so many wide.
const letters = {
  S: [0.6, [...arc(0.3, 0.26, 0.26, -20, -270), ...arc(0.3, 0.74, 0.22, -90, 150)]],
  M: [0.84, [[0, 1, 0.04, 0], [0.04, 0, 0.42, 0.62], [0.42, 0.62, 0.8, 0], [0.8, 0, 0.84, 1]]],
  A: [0.76, [[0, 1, 0.38, 0], [0.38, 0, 0.76, 1], [0.15, 0.64, 0.61, 0.64]]],
  R: [0.6, [[0, 1, 0, 0], [0, 0, 0.3, 0], ...arc(0.3, 0.27, 0.27, -90, 90), [0.3, 0.54, 0, 0.54], [0.28, 0.54, 0.6, 1]]],
  T: [0.7, [[0, 0, 0.7, 0], [0.35, 0, 0.35, 1]]],
  E: [0.54, [[0.54, 0, 0, 0], [0, 0, 0, 1], [0, 1, 0.54, 1], [0, 0.5, 0.46, 0.5]]],
}

function strokesOf(word, { left, top, height }) {
  let at = left
  return [...word].flatMap((letter) => {
    const [width, strokes] = letters[letter]
    const placed = strokes.map((s) => s.map((value, n) => value * height + (n % 2 === 0 ? at : top)))
    at += (width + 0.3) * height
    return placed
  })
}

const words = [
  ...strokesOf('SMART', { left: 112, top: 21, height: 23 }),
  ...strokesOf('STREAM', { left: 112, top: 58, height: 23 }),
]

function logo(x, y) {
  if (x < 100) return icon((x - 8) / 84, (y - 8) / 84)
  const near = Math.min(...words.map((stroke) => line(x, y, stroke)))
  return near < 2.4 ? lagoon : null
}

/** `colourAt` in pixels; several looks at each make its edge. */
function draw(file, { width, height }, colourAt) {
  const png = new PNG({ width, height })
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const sum = [0, 0, 0]
      let seen = 0
      for (let n = 0; n < fine * fine; n += 1) {
        const colour = colourAt(x + ((n % fine) + 0.5) / fine, y + (Math.floor(n / fine) + 0.5) / fine)
        if (colour === null) continue
        seen += 1
        for (const at of [0, 1, 2]) sum[at] += colour[at]
      }
      const pixel = [...sum.map((value) => Math.round(value / Math.max(1, seen))), (seen * 255) / fine ** 2]
      png.data.set(pixel, (y * width + x) * 4)
    }
  writeFileSync(new URL(`../${file}`, import.meta.url), PNG.sync.write(png))
}

draw('icon.png', { width: 128, height: 128 }, (x, y) => icon(x / 128, y / 128))
draw('logo.png', { width: 250, height: 100 }, logo)
