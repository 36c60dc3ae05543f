import { describe, expect, test } from 'vitest'
import { mostEqual } from '../../src/stories/export/expansion.ts'
import { mostConditions } from '../../src/stories/import/pack-chance.ts'
import { largestMap } from '../../src/stories/import/pack-files.ts'
import { zipLimits } from '../../src/stories/import/zip.ts'
import { mostScenes } from '../../src/stories/read/schema.ts'
import { firstColumn, readPage } from './page.ts'

const page = readPage('docs/rules/packs.md')

describe('the page of packs', () => {
  test('tells the limits that hold', () => {
    const { entries, file, all, growth } = zipLimits
    expect(growth).toBe(100)
    expect(page.below('## From a box')).toContain(
      `It may have ${entries.toLocaleString('en')} entries; a file may have ${file / 1024 ** 3} GB and not become a hundred times as large, all of them ${all / 1024 ** 3} GB, and the map of the story ${largestMap / 1024 ** 2} MB.`,
    )
    expect(mostConditions).toBe(5)
    expect(page.text).toContain('with more than five different conditions')
    expect(page.below('## To a box')).toContain(`more than ${mostScenes.toLocaleString('en')} situations`)
    expect(page.below('## To a box')).toContain(`more than ${mostEqual} options`)
  })

  test('speaks of every way out of a scene', () => {
    const said = firstColumn(page.below('## To a box')).join(' ')
    for (const way of ['go', 'left', 'right', 'branch', 'random', 'carousel', 'silence', 'ask'])
      expect(said).toContain(way)
  })
})
