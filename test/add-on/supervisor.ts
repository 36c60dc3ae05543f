import { basename } from 'node:path/posix'

/**
 * What Home Assistant's Supervisor does with an app's files, as far as ours can meet it: home-assistant/supervisor,
 * supervisor/store/data.py, supervisor/apps/{options,utils,build}.py.
 */

const suffix = /\.(ya?ml|json)$/

/** Whether the store reads the file for an app. */
export function isAppFile(path: string): boolean {
  const isHidden = path.split('/').some((part) => part.startsWith('.') || part === 'rootfs')
  return !isHidden && basename(path).startsWith('config.') && suffix.test(path)
}

export const isRepositoryFile = (path: string) =>
  basename(path).startsWith('repository.') && suffix.test(path)
export const isBuildFile = (path: string) => basename(path).startsWith('build.') && suffix.test(path)

interface Rated {
  readonly [key: string]: unknown
  readonly privileged?: readonly string[]
}

const dangerous =
  'BPF CHECKPOINT_RESTORE DAC_READ_SEARCH NET_ADMIN NET_RAW PERFMON SYS_ADMIN SYS_MODULE SYS_PTRACE SYS_RAWIO'.split(
    ' ',
  )

/** From 1 to 8. `hasProfile`: an AppArmor profile of its own is loaded. */
export function ratingOf(app: Rated, hasProfile: boolean): number {
  if (app.docker_api === true || app.full_access === true) return 1
  const { privileged = [] } = app
  const points = [
    app.ingress === true ? 2 : app.auth_api === true ? 1 : 0,
    app.apparmor === false ? -1 : hasProfile ? 1 : 0,
    privileged.some((name) => dangerous.includes(name)) || app.kernel_modules === true ? -1 : 0,
    app.hassio_role === 'manager' ? -1 : app.hassio_role === 'admin' ? -2 : 0,
    app.host_network === true ? -1 : 0,
    app.host_pid === true ? -2 : 0,
    app.host_uts === true && privileged.includes('SYS_ADMIN') ? -1 : 0,
  ]
  return Math.min(
    8,
    Math.max(
      1,
      points.reduce((sum, point) => sum + point, 5),
    ),
  )
}

/** An element of `schema:`, taken apart; null where it is none. */
export function elementOf(text: string): { kind: string; inner: string; isOptional: boolean } | null {
  const pair = (number: string) => `\\((?:${number})?,(?:${number})?\\)`
  const form =
    /^(?:|(?<kind>bool|email|url|port|device|str|password|int|float|match|list)(?<inner>\(.*\))?)(?<optional>\??)$/
  const groups = form.exec(text)?.groups
  if (groups === undefined) return null
  const { kind = '', inner = '', optional } = groups
  const inners: Record<string, RegExp> = {
    device: /^(\(subsystem=[a-z]+\))?$/,
    str: new RegExp(`^(${pair('\\d+')})?$`),
    password: new RegExp(`^(${pair('\\d+')})?$`),
    int: new RegExp(`^(${pair('-?\\d+')})?$`),
    float: new RegExp(`^(${pair('-?\\d*\\.?\\d+')})?$`),
    match: /^\(.*\)$/,
    list: /^\(.+\)$/,
  }
  if (!(inners[kind] ?? /^$/).test(inner)) return null
  return { kind, inner: inner.slice(1, -1), isOptional: optional === '?' }
}

type Schema = unknown
const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The defaults of an app with what somebody chose over them. */
export function merged(defaults: unknown, chosen: unknown): unknown {
  if (!isMap(defaults) || !isMap(chosen)) return chosen
  const keys = new Set([...Object.keys(defaults), ...Object.keys(chosen)])
  return Object.fromEntries(
    [...keys].map((key) => [key, key in chosen ? merged(defaults[key], chosen[key]) : defaults[key]]),
  )
}

/** Options as options.json has them. @throws Error where the Supervisor refuses them */
export function validated(schema: Record<string, Schema>, options: Record<string, unknown>) {
  for (const [key, element] of Object.entries(schema))
    if (!(key in options) && !mayBeMissing(element)) throw new Error(`Missing option '${key}'`)
  const known = Object.entries(options).filter(([key]) => key in schema)
  return Object.fromEntries(known.map(([key, value]) => [key, taken(schema[key], value, key)]))
}

function mayBeMissing(element: Schema): boolean {
  const scalar = Array.isArray(element) ? element[0] : element
  return typeof scalar === 'string' && scalar.endsWith('?')
}

function taken(element: Schema, value: unknown, key: string): unknown {
  if (Array.isArray(element)) {
    if (!Array.isArray(value)) throw new Error(`Invalid list for option '${key}'`)
    return value.map((item) => taken(element[0], item, key))
  }
  if (isMap(element)) {
    if (!isMap(value)) throw new Error(`Expected a dictionary for option '${key}'`)
    return validated(element, value)
  }
  if (value === null || value === undefined) throw new Error(`Missing required option '${key}'`)
  return scalarOf(String(element), value, key)
}

function scalarOf(text: string, value: unknown, key: string): unknown {
  const { kind, inner } = elementOf(text) ?? { kind: '', inner: '' }
  const refuse = (): never => {
    throw new Error(`${JSON.stringify(value)} is no ${text} for option '${key}'`)
  }
  const [least = '', most = ''] = inner.split(',')
  const within = (number: number) =>
    !Number.isNaN(number) &&
    (least === '' || number >= Number(least)) &&
    (most === '' || number <= Number(most))
  switch (kind) {
    case 'str':
    case 'password':
      return typeof value === 'string' && within(value.length) ? value : refuse()
    case 'int':
      return /^-?\d+$/.test(String(value)) && within(Number(value)) ? Number(value) : refuse()
    case 'float':
      return within(Number(value)) ? Number(value) : refuse()
    case 'port':
      return /^\d+$/.test(String(value)) && Number(value) >= 1 && Number(value) <= 65_535
        ? Number(value)
        : refuse()
    case 'bool':
      if (/^(true|yes|on|1|enable)$/i.test(String(value))) return true
      return /^(false|no|off|0|disable)$/i.test(String(value)) ? false : refuse()
    case 'url':
      return URL.canParse(String(value)) && new URL(String(value)).host !== '' ? value : refuse()
    case 'match':
      return new RegExp(`^(?:${inner})`).test(String(value)) ? value : refuse()
    case 'list':
      return inner.split('|').includes(asPython(value)) ? asPython(value) : refuse()
    default:
      return refuse()
  }
}

/** `str()` of Python. */
function asPython(value: unknown): string {
  return typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value)
}
