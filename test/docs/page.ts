import { readFileSync } from 'node:fs'

/** A page of the documentation, by its path below the project's folder. */
export interface Page {
  readonly place: URL
  readonly text: string
  /** The part below a heading, up to the next heading that stands as high; empty where there is no such heading. */
  below(heading: string): string
}

export function readPage(path: string): Page {
  const place = new URL(`../../${path}`, import.meta.url)
  const text = readFileSync(place, 'utf8')
  return {
    place,
    text,
    below(heading) {
      const [mark = ''] = heading.split(' ')
      const [, rest = ''] = text.split(`\n${heading}\n`)
      const end = rest.search(new RegExp(`^#{1,${mark.length}} `, 'm'))
      return end < 0 ? rest : rest.slice(0, end)
    },
  }
}

/** The rows of the tables of a part as their cells, without heads. */
export function rowsOf(part: string): string[][] {
  const lines = part.split('\n')
  return lines
    .filter((line, at) => line.startsWith('|') && !isRule(line) && !isRule(lines[at + 1] ?? ''))
    .map((line) => line.split('|').slice(1, -1))
}

/** What stands in code. */
export function codeIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
}

/** The words in code in the first column of the tables of a part. */
export function firstColumn(part: string): string[] {
  return rowsOf(part).flatMap(([first = '']) => codeIn(first))
}

function isRule(line: string): boolean {
  return /^\|(---\|)+$/.test(line)
}
