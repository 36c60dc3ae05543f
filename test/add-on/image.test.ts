import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { PNG } from 'pngjs'
import { describe, expect, test } from 'vitest'
import { knownOptions, knownVariables } from '../../src/options/known.ts'
import { loadOptions } from '../../src/options.ts'
import { inRoot, textOf, yamlOf } from './repository.ts'

interface Instruction {
  readonly word: string
  readonly rest: string
}

const instructions: Instruction[] = textOf('Dockerfile')
  .replace(/^#.*\n/gm, '')
  .replace(/\s*\\\n\s*/g, ' ')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => ({ word: line.split(' ')[0] ?? '', rest: line.slice(line.indexOf(' ') + 1) }))
const stageStarts = instructions.flatMap(({ word }, at) => (word === 'FROM' ? [at] : []))
const [building, running] = [instructions.slice(0, stageStarts[1]), instructions.slice(stageStarts[1])]
const all = (word: string, stage = instructions) =>
  stage.filter((it) => it.word === word).map(({ rest }) => rest)
const packagesIn = (stage: Instruction[]) =>
  all('RUN', stage).flatMap((line) => /apk add --no-cache ([^&]*)/.exec(line)?.[1]?.trim().split(/\s+/) ?? [])
const app = yamlOf('config.yaml')
const health = 'http://127.0.0.1:8099/api/health'

/** Whether a path gets past .dockerignore, of which the last line that fits decides. */
function isSent(path: string): boolean {
  let sent = true
  for (const line of textOf('.dockerignore').split('\n')) {
    const pattern = line.replace(/^!/, '')
    const fits = pattern === '*' || path === pattern || path.startsWith(`${pattern}/`)
    if (pattern !== '' && !line.startsWith('#') && fits) sent = line.startsWith('!')
  }
  return sent
}

describe('the Dockerfile', () => {
  test('begins each of its two stages with a pinned image', () => {
    expect(all('FROM')).toEqual([
      'ghcr.io/home-assistant/base:3.24 AS build',
      'ghcr.io/home-assistant/base:3.24',
    ])
    expect(textOf('Dockerfile')).not.toMatch(/BUILD_FROM|:latest/)
  })

  test('leaves compilers and npm behind, and brings what the program calls', () => {
    expect(packagesIn(building)).toEqual(expect.arrayContaining(['nodejs', 'npm', 'python3', 'make', 'g++']))
    expect(packagesIn(running).sort()).toEqual(['espeak-ng', 'ffmpeg', 'nodejs', 'tzdata'])
    expect(all('RUN', building).join()).toContain('npm ci && npm prune --omit=dev --ignore-scripts')
  })

  test('copies what is in the repository and gets past .dockerignore', () => {
    const sources = all('COPY')
      .filter((line) => !line.startsWith('--from'))
      .flatMap((line) => line.split(' ').slice(0, -1))
    expect(sources).toEqual(
      expect.arrayContaining(['package-lock.json', 'src', 'ui', 'translations', 'rules', 'rootfs']),
    )
    expect(sources.filter((path) => !existsSync(inRoot(path)) || !isSent(path))).toEqual([])
    const never = ['node_modules', '.git', 'test', 'dist', 'docs', 'data', '.env', 'compose.yaml']
    expect(never.filter(isSent)).toEqual([])
  })

  test('brings everything into the last stage that the scripts start', () => {
    const home = '/opt/yoto-smart-stream'
    expect(all('WORKDIR', running)[0]).toBe(home)
    const brought = all('COPY', running).map((line) => line.split(' ').at(-1))
    expect(brought).toEqual(expect.arrayContaining(['package.json', 'node_modules', 'dist', 'rules', '/']))
    expect(textOf('rootfs/usr/bin/yoto-smart-stream')).toContain(`$root${home}/dist/main.js`)
    expect(textOf('apparmor.txt')).toContain(`${home}/** mr,`)
  })

  test('makes the user that the scripts drop to', () => {
    expect(all('RUN', running).join()).toMatch(/addgroup -g 1000 yoto && adduser .*-u 1000 -G yoto yoto/)
    for (const script of ['bin/yoto-smart-stream', 'lib/yoto-smart-stream/prepare'])
      expect(textOf(`rootfs/usr/${script}`)).toMatch(/\$\{PUID:-1000}:\$\{PGID:-1000}/)
  })

  test('asks the panel for its health, from inside', () => {
    expect(all('HEALTHCHECK', running)[0]).toContain(health)
    expect(new URL(health).port).toBe(String(knownOptions.get('panel.port')?.default))
    const ports = ['media.port', 'panel.port'].map((path) => knownOptions.get(path)?.default)
    expect(all('EXPOSE', running)[0]?.split(' ').map(Number)).toEqual(ports)
  })

  test('says by its labels what it is', () => {
    const labels = Object.fromEntries(
      [...(all('LABEL', running)[0] ?? '').matchAll(/([\w.]+)="([^"]*)"/g)].map(([, key, value]) => [
        key,
        value,
      ]),
    )
    expect(labels).toMatchObject({
      'io.hass.type': 'app',
      'io.hass.version': expect.stringMatching(/^\$\{BUILD_VERSION}$/),
      'io.hass.arch': (app.arch as string[]).join('|'),
      'io.hass.name': app.name,
      'io.hass.description': app.description,
      'io.hass.url': app.url,
      'org.opencontainers.image.source': app.url,
    })
  })
})

describe('the service of s6', () => {
  const services = 'rootfs/etc/s6-overlay/s6-rc.d'

  test('is one that runs on, of those that are started', () => {
    expect(readdirSync(inRoot(`${services}/user/contents.d`))).toEqual(['yoto-smart-stream'])
    expect(textOf(`${services}/yoto-smart-stream/type`)).toBe('longrun\n')
    for (const file of ['run', 'finish']) {
      expect(textOf(`${services}/yoto-smart-stream/${file}`)).toMatch(/^#!\/command\/with-contenv sh\n/)
      expect(statSync(inRoot(`${services}/yoto-smart-stream/${file}`)).mode & 0o111, file).toBe(0o111)
    }
    for (const file of ['bin/yoto-smart-stream', 'lib/yoto-smart-stream/prepare'])
      expect(statSync(inRoot(`rootfs/usr/${file}`)).mode & 0o111, file).toBe(0o111)
  })

  test('leaves the program its ten seconds, and the Supervisor its patience', () => {
    const kill = Number(textOf(`${services}/yoto-smart-stream/timeout-kill`))
    const grace = Number(/S6_KILL_GRACETIME=(\d+)/.exec(textOf('Dockerfile'))?.[1])
    expect(kill).toBeGreaterThan(10_000)
    expect(kill + grace).toBeLessThan(Number(app.timeout) * 1000)
  })
})

describe('compose.example.yaml', () => {
  interface Service {
    readonly build?: string
    readonly image: string
    readonly environment: Record<string, string>
    readonly ports: string[]
    readonly volumes: string[]
    readonly depends_on?: Record<string, unknown>
    readonly healthcheck: { test: string[] }
  }
  const { services, volumes } = yamlOf('compose.example.yaml') as {
    services: Record<string, Service>
    volumes: Record<string, null>
  }
  const ours = services['yoto-smart-stream'] as Service

  test('builds the image that is here, and names no moving one', () => {
    expect(existsSync(inRoot(`${ours.build}/Dockerfile`))).toBe(true)
    for (const { image } of Object.values(services)) expect(image).toMatch(/:(?!latest)[\w.]+$/)
  })

  test('names services, volumes and pages that there are', () => {
    expect(Object.keys(ours.depends_on ?? {}).filter((name) => !(name in services))).toEqual([])
    const named = Object.values(services).flatMap((service) =>
      service.volumes.map((it) => it.split(':')[0] ?? ''),
    )
    expect(named.filter((name) => !name.startsWith('./')).sort()).toEqual(Object.keys(volumes).sort())
    expect(ours.volumes.map((it) => it.split(':')[1])).toEqual(['/data', '/config', '/media'])
    const pages = textOf('compose.example.yaml').match(/docs\/[\w-]+\.md/g) ?? []
    expect(pages.length).toBeGreaterThan(0)
    expect(pages.filter((page) => !existsSync(inRoot(page)))).toEqual([])
    expect(ours.ports.map((it) => it.split(':')[1])).toEqual(['8098', '8099'])
    expect(ours.healthcheck.test).toContain(health)
  })

  test('sets options that there are, to values that are taken, also those in its comments', async () => {
    const named = textOf('compose.example.yaml').match(/YOTO_STREAM_\w+/g) ?? []
    expect(named.filter((name) => !knownVariables.has(name))).toEqual([])
    const env = { ...ours.environment, YOTO_STREAM_MQTT_PASSWORD: 'secret' }
    const { options } = await loadOptions({ argv: [], env, cwd: '/' })
    const host = new URL(options.mqtt.url).hostname
    expect(services).toHaveProperty([host])
    expect(options.mqtt.username).toBe('yoto')
  })
})

test.each([
  ['icon.png', 128, 128],
  ['logo.png', 250, 100],
])('%s is a picture of %i x %i pixels that shows something', (file, width, height) => {
  const picture = PNG.sync.read(readFileSync(inRoot(file)))
  expect([picture.width, picture.height]).toEqual([width, height])
  const pixels = Array.from({ length: width * height }, (_, at) => picture.data.readUInt32BE(at * 4))
  expect(new Set(pixels).size).toBeGreaterThan(50)
  expect(picture.data[3]).toBe(0)
})
