import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { ElementMap } from '../../src/options/add-on.ts'
import { loadOptions } from '../../src/options.ts'
import { firstColumn, readPage, rowsOf } from '../docs/page.ts'
import { clonedFiles, textOf, yamlOf } from './repository.ts'

const page = readPage('DOCS.md')
const app = yamlOf('config.yaml') as { url: string; schema: ElementMap; ports: Record<string, number | null> }
const words = (yamlOf('translations/en.yaml') as { panel: Record<string, Record<string, string>> }).panel

const leaves = (map: ElementMap, above = ''): string[] =>
  Object.entries(map).flatMap(([name, element]) =>
    typeof element === 'string' || Array.isArray(element)
      ? [above + name]
      : leaves(element as ElementMap, `${above}${name}.`),
  )

/** Home Assistant shows these two without the files beside them. */
describe.each(['README.md', 'DOCS.md'])('%s in the store of Home Assistant', (name) => {
  const { text } = readPage(name)
  const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, address = '']) => address)

  test('leads to whole addresses alone, of files and headings that there are', () => {
    const pages = links.filter((address) => !address.startsWith('#'))
    expect(pages.length).toBeGreaterThan(10)
    const files = clonedFiles()
    for (const address of pages) {
      expect(address).toMatch(/^https:\/\//)
      const file = new RegExp(`^${app.url}/(?:blob|tree|raw)/main/([^#]+)(?:#(.+))?$`).exec(address)
      if (file === null) continue
      const [, path = '', anchor] = file
      expect(
        files.some((one) => one === path || one.startsWith(`${path}/`)),
        address,
      ).toBe(true)
      if (anchor !== undefined) expect(anchorsOf(textOf(path)), address).toContain(anchor)
    }
    const inside = links.filter((address) => address.startsWith('#')).map((address) => address.slice(1))
    for (const anchor of inside) expect(anchorsOf(text)).toContain(anchor)
  })

  test('shows its pictures', () => {
    const pictures = [...text.matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)].map(([, address = '']) => address)
    expect(pictures.length).toBe(name === 'README.md' ? 1 : 0)
    for (const address of pictures)
      expect(address.startsWith(`${app.url}/raw/main/docs/`), address).toBe(true)
  })
})

test('the app and its repository name the same address', () => {
  expect(yamlOf('repository.yaml')).toMatchObject({ url: app.url })
})

describe('the documentation of the app', () => {
  test('explains every option of the form, and no other', () => {
    expect(firstColumn(page.below('## Options')).sort()).toEqual(leaves(app.schema).sort())
  })

  test('explains every port, and whether it is open', () => {
    const rows = rowsOf(page.below('## Ports')).map(([port = '', , open = '']) => [port.trim(), open.trim()])
    const ports = Object.entries(app.ports).map(([port, host]) => [
      port.replace('/tcp', ''),
      host === null ? 'off' : 'on',
    ])
    expect(rows.sort()).toEqual(ports.sort())
  })

  test('shows options that the product takes', async () => {
    const blocks = [...page.text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block = '']) => block)
    expect(blocks.length).toBeGreaterThan(1)
    const folder = await mkdtemp(join(tmpdir(), 'yoto-docs-'))
    for (const block of blocks) {
      await writeFile(join(folder, 'options.json'), JSON.stringify(parse(block)))
      const argv = ['--data', folder]
      const env = { SUPERVISOR_TOKEN: 'x' }
      await expect(loadOptions({ argv, env, cwd: folder, commands: [] })).resolves.toBeDefined()
    }
    await rm(folder, { recursive: true })
  })

  test('calls what stands in the panel as the panel does', () => {
    const all = new Set(Object.values(words).flatMap((part) => Object.values(part)))
    const named = [
      'First steps',
      'Make a test card',
      'Make the card',
      'New stream',
      'Library',
      'Rules',
      'History',
      'People',
    ]
    for (const name of named) {
      expect(page.text).toContain(`**${name}**`)
      expect(all, name).toContain(name)
    }
  })
})

/** As GitHub names the places of headings. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
