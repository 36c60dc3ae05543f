/** Red, green and blue, each 0 to 255. */
export type Rgb = readonly [number, number, number]

/** Reads `#rgb`, `#rrggbb`, `rgb(…)` and `rgba(…)`, the forms computed styles come in; null for anything else. */
export function rgbOf(text: string): Rgb | null {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text.trim())?.[1]
  if (hex !== undefined) {
    const full = hex.length === 3 ? [...hex].map((digit) => digit + digit).join('') : hex
    return [0, 2, 4].map((at) => Number.parseInt(full.slice(at, at + 2), 16)) as unknown as Rgb
  }
  const parts = /^rgba?\(\s*(\d+)[,\s]+(\d+)[,\s]+(\d+)/i.exec(text.trim())
  return parts === null ? null : [Number(parts[1]), Number(parts[2]), Number(parts[3])]
}

/** Relative luminance as WCAG 2 has it: 0 is black, 1 is white. */
export function luminance([red, green, blue]: Rgb): number {
  const linear = (value: number) => {
    const share = value / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

/** Dark is what white text is easier to read on than black. */
export function isDark(colour: Rgb): boolean {
  const light = luminance(colour)
  return 1.05 / (light + 0.05) > (light + 0.05) / 0.05
}
