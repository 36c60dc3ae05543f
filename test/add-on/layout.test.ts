import { statSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { clonedFiles, factsOf, hasFacts, inRoot } from './repository.ts'
import { isAppFile, isBuildFile, isRepositoryFile } from './supervisor.ts'

const files = clonedFiles()

test('whoever clones the repository gets the sources, and what is made of them is left out', () => {
  expect(files).toContain('src/main.ts')
  expect(files.filter((file) => /^(node_modules|dist|\.git)\//.test(file))).toEqual([])
})

test('the store of Home Assistant finds one app, one repository and no build file', () => {
  expect(files.filter(isAppFile)).toEqual(['config.yaml'])
  expect(files.filter(isRepositoryFile)).toEqual(['repository.yaml'])
  expect(files.filter(isBuildFile)).toEqual([])
})

test('such a file would be found wherever it lay', () => {
  const strays = ['docs/config.example.yaml', 'test/fixtures/config.json', 'ui/config.yml']
  expect(strays.filter(isAppFile)).toEqual(strays)
  expect(isRepositoryFile('.ci/repository.json')).toBe(true)
  expect(isBuildFile('scripts/build.yml')).toBe(true)
  expect(
    ['src/config.ts', 'config.yaml.bak', '.ci/config.yaml', 'rootfs/etc/config.json'].filter(isAppFile),
  ).toEqual([])
})

describe.skipIf(!hasFacts)(
  'of the paths on record (skipped where they are not beside the repository)',
  () => {
    const { cases } = hasFacts
      ? factsOf<{ cases: { path: string; parsed_as_app_config: boolean }[] }>('repository-layout-cases.json')
      : { cases: [] }

    test.each(cases)('$path is found for an app: $parsed_as_app_config', ({ path, parsed_as_app_config }) => {
      expect(isAppFile(path)).toBe(parsed_as_app_config)
    })
  },
)

test('every file that the store and the documentation of an app name is there', () => {
  const named = ['Dockerfile', 'README.md', 'CHANGELOG.md', 'apparmor.txt', 'icon.png', 'logo.png', 'LICENSE']
  expect(named.filter((file) => !files.includes(file))).toEqual([])
  expect(statSync(inRoot('translations')).isDirectory()).toBe(true)
})
