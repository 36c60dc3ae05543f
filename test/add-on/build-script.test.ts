import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parse } from 'yaml'
import { inRoot } from './repository.ts'

const { version } = parse(readFileSync(inRoot('config.yaml'), 'utf8')) as { version: string }
let folder: string

// No container engine builds here: what it would be asked is what a stand-in of it prints.
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yoto-build-'))
  writeFileSync(join(folder, 'docker'), '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 })
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function build(...args: string[]) {
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` }
  const { status, stdout, stderr } = spawnSync('sh', [inRoot('scripts/build-image.sh'), ...args], {
    ...{ env, cwd: folder, encoding: 'utf8' },
  })
  return { status, stderr, asked: stdout.trim().split('\n') }
}

const versioned = ['--build-arg', `BUILD_VERSION=${version}`, '--tag']

test('without a name the image is built for this machine', () => {
  const { status, asked } = build()
  expect(status).toBe(0)
  expect(asked).toEqual(['buildx', 'build', ...versioned, `yoto-smart-stream:${version}`, '--load', '.'])
})

test('with the name of a registry it is built for both kinds of machines', () => {
  const both = ['--platform', 'linux/amd64,linux/arm64']
  const name = 'localhost:5000/me/stream'
  expect(build(name).asked).toEqual([
    'buildx',
    'build',
    ...both,
    ...versioned,
    `${name}:${version}`,
    '--push',
    '.',
  ])
})

test.each(['--push', 'me/stream:1.0', 'me/'])('%s is no name of an image, and nothing is built', (name) => {
  const { status, stderr, asked } = build(name)
  expect(status).toBe(1)
  expect(stderr).toContain(`found ${name}, expected the name of an image without a tag`)
  expect(asked).toEqual([''])
})
