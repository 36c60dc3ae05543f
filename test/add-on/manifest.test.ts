import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { factsOf, hasFacts, textOf, yamlOf } from './repository.ts'
import { ratingOf } from './supervisor.ts'

const app = yamlOf('config.yaml')
const { version } = JSON.parse(textOf('package.json')) as { version: string }

describe('the app', () => {
  test('says what the program and its panel need, and nothing more', () => {
    expect(app).toMatchObject({
      name: 'Yoto Smart Stream',
      slug: 'yoto_smart_stream',
      arch: ['aarch64', 'amd64'],
      init: false,
      homeassistant: '2026.2.0',
      timeout: 30,
      ingress: true,
      ingress_stream: true,
      homeassistant_api: true,
      services: ['mqtt:want'],
      map: ['addon_config:rw', 'media:rw'],
      ports: { '8097/tcp': null, '8098/tcp': 8098 },
      backup_pre: 'yoto-smart-stream backup begin',
      backup_post: 'yoto-smart-stream backup end',
    })
    const never =
      'host_network host_pid host_ipc privileged full_access docker_api auth_api hassio_role image watchdog'
    expect(never.split(' ').filter((key) => key in app)).toEqual([])
  })

  test('has one version, here, in package.json and in the changelog', () => {
    expect(app.version).toBe(version)
    const headings = [...textOf('CHANGELOG.md').matchAll(/^## \[(\d[^\]]*)\] - \d{4}-\d\d-\d\d$/gm)].map(
      ([, it]) => it,
    )
    expect(headings[0]).toBe(version)
  })

  test('has the highest security rating', () => {
    expect(ratingOf(app, textOf('apparmor.txt') !== '')).toBe(8)
  })

  test('has one AppArmor profile, called as the app', () => {
    const profiles = [...textOf('apparmor.txt').matchAll(/^profile ([^ ]+).*$/gm)]
    expect(profiles.map(([, name]) => name)).toEqual([app.slug])
    // A bare rule for files would allow everything.
    expect(textOf('apparmor.txt')).not.toMatch(/^\s*(file|capability|network|signal)\s*,/m)
  })

  test('is found under one address', () => {
    const { url } = yamlOf('repository.yaml')
    expect(app.url).toBe(url)
    const named = textOf('Dockerfile').match(/https:\/\/github\.com\/[^"\s]+/g)
    expect(new Set(named)).toEqual(new Set([url]))
  })
})

describe('the backup', () => {
  const patterns = app.backup_exclude as string[]
  /** PurePath.match of Python: from the right, part by part. */
  const matches = (path: string, pattern: string) => {
    const [parts, wanted] = [path.split('/').reverse(), pattern.split('/').reverse()]
    const like = (part = '', form = '') =>
      new RegExp(`^${form.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(part)
    return wanted.every((form, at) => like(parts[at], form))
  }
  const isLeftOut = (path: string) => patterns.some((pattern) => matches(path, pattern))

  test.each(['local_yoto_smart_stream', 'a1b2c3d4_yoto_smart_stream'])(
    'of %s leaves out what is made anew, and the sign-in at Yoto',
    (slug) => {
      for (const folder of ['audio', 'speech', 'pictures', 'secrets'])
        expect(isLeftOut(`/data/addons/data/${slug}/${folder}`), folder).toBe(true)
    },
  )

  test.each(['local_yoto_smart_stream', 'a1b2c3d4_yoto_smart_stream'])(
    'of %s keeps what people wrote',
    (slug) => {
      for (const path of [`/data/addon_configs/${slug}/audio`, `/data/addon_configs/${slug}/speech/a.yaml`])
        expect(isLeftOut(path), path).toBe(false)
      for (const file of ['store.sqlite', 'store.sqlite-wal', 'options.json'])
        expect(isLeftOut(`/data/addons/data/${slug}/${file}`)).toBe(false)
    },
  )
})

interface Key {
  readonly type: string
  readonly required?: boolean
  readonly regex?: string
  readonly key_regex?: string
  readonly values?: string[]
  readonly items?: string[]
}
interface Linter {
  readonly required: string[]
  readonly known_keys: string[]
  readonly error_if_equal_to_default: Record<string, unknown>
  readonly map_string_regex: string
}

describe.skipIf(!hasFacts)(
  'by the facts on record (skipped where they are not beside the repository)',
  () => {
    const keys = hasFacts
      ? factsOf<{ keys: Record<string, Key> }>('supervisor-config-schema.json').keys
      : ({} as Record<string, Key>)

    test('the Supervisor knows every key and takes every value', () => {
      for (const [key, { required }] of Object.entries(keys))
        if (required) expect(app, key).toHaveProperty(key)
      for (const [key, value] of Object.entries(app)) expect(faultOf(keys[key], value), key).toBeNull()
    })

    test('the linter finds nothing', () => {
      const linter = factsOf<Linter>('linter-rules.json')
      expect(linter.required.filter((key) => !(key in app))).toEqual([])
      expect(Object.keys(app).filter((key) => !linter.known_keys.includes(key))).toEqual([])
      const same = Object.entries(linter.error_if_equal_to_default).filter(
        ([key, value]) => key in app && isDeepStrictEqual(app[key], value),
      )
      expect(same).toEqual([])
      expect(app).not.toHaveProperty('webui')
      expect(app).not.toHaveProperty('watchdog')
      for (const folder of app.map as string[]) expect(folder).toMatch(new RegExp(linter.map_string_regex))
      expect([typeof app.version, typeof app.homeassistant]).toEqual(['string', 'string'])
    })

    test('ratings are computed as the Supervisor computes them', () => {
      const { cases } = factsOf<{ cases: { config: Record<string, unknown>; rating: number }[] }>(
        'security-rating.json',
      )
      for (const { config, rating } of cases)
        expect(ratingOf(config, config.apparmor_profile === true), JSON.stringify(config)).toBe(rating)
    })
  },
)

/** What a value is not, in words; null where it fits. */
function faultOf(key: Key | undefined, value: unknown): string | null {
  if (key === undefined) return 'no known key'
  const { type, regex, key_regex, values, items } = key
  const matches = (text: unknown, form: string) => new RegExp(form.replaceAll('?P<', '?<')).test(String(text))
  if (type.startsWith('list')) {
    if (!Array.isArray(value)) return 'no list'
    const allowed = items ?? values
    if (allowed !== undefined && !value.every((item) => allowed.includes(item)))
      return 'a value that is not known'
    return regex === undefined || value.every((item) => matches(item, regex)) ? null : 'another form'
  }
  if (type.startsWith('map')) {
    const names = Object.keys(value as object)
    return key_regex === undefined || names.every((name) => matches(name, key_regex)) ? null : 'another form'
  }
  if (type === 'bool') return typeof value === 'boolean' ? null : 'no bool'
  if (type === 'int') return Number.isInteger(value) ? null : 'no int'
  if (type.startsWith('object')) return typeof value === 'object' ? null : 'no object'
  if (typeof value !== 'string') return 'no text'
  if (values !== undefined && !values.includes(value)) return 'a value that is not known'
  return regex === undefined || matches(value, regex) ? null : 'another form'
}
