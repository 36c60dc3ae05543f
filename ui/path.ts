/** A part of a path, whatever an id holds. */
export function segment(text: string): string {
  return encodeURIComponent(text)
}
