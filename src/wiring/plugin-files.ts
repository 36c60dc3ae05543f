import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { errnoOf, messageOf } from '../core/error.ts'
import { isJsonObject, parseJsonObject } from '../core/json.ts'

/** A plug-in as it lies on the disk. */
export interface PluginFile {
  /** What people know it by, below the config folder: `plugins/moon.mjs`, `node_modules/yoto-moon`. */
  readonly file: string
  /** What it is called as long as it has not said so itself. */
  readonly name: string
  /** The module, by its path on this machine; null where it cannot be found. */
  readonly module: string | null
  /** Why it cannot be found. */
  readonly fault: string | null
  /** Another one whenever it was written. */
  readonly stamp: string
}

const moduleFile = /^([A-Za-z0-9][\w.-]*)\.m?js$/

/** The plug-ins of the config folder in the order of their names, then the packages in the order of the option. */
export async function findPlugins(config: string, packages: readonly string[]): Promise<PluginFile[]> {
  const names = (await readdir(join(config, 'plugins')).catch(() => [])).sort()
  const files = names.flatMap((name) => {
    const [, own] = moduleFile.exec(name) ?? []
    return own === undefined ? [] : [fileAt(config, `plugins/${name}`, own)]
  })
  return Promise.all([...files, ...packages.map((name) => packageAt(config, name))])
}

async function fileAt(config: string, file: string, name: string): Promise<PluginFile> {
  const module = join(config, file)
  return found({ file, name, module, touched: [module] })
}

interface Found {
  readonly file: string
  readonly name: string
  readonly module: string
  /** What is looked at for changes. */
  readonly touched: readonly string[]
}

async function found({ file, name, module, touched }: Found): Promise<PluginFile> {
  try {
    if (!(await stat(module)).isFile()) return missing(file, name, `${file} is no file`)
    const stamps = await Promise.all(touched.map(stampOf))
    return { file, name, module, fault: null, stamp: stamps.join(' ') }
  } catch (error) {
    return missing(file, name, `it cannot be read (${errnoOf(error) ?? messageOf(error)})`)
  }
}

function missing(file: string, name: string, fault: string): PluginFile {
  return { file, name, module: null, fault, stamp: fault }
}

/** Only the folder beside the rules is asked, not those above it as Node would. */
async function packageAt(config: string, name: string): Promise<PluginFile> {
  const file = `node_modules/${name}`
  const folder = join(config, file)
  const manifest = join(folder, 'package.json')
  const text = await readFile(manifest, 'utf8').catch(() => null)
  if (text === null)
    return missing(
      file,
      name,
      `the package is not installed: run \`npm install ${name}\` in the config folder`,
    )
  const entry = entryOf(parseJsonObject(text) ?? {})
  const module = join(folder, entry)
  const [inside, real] = await Promise.all([realpath(folder), realpath(module).catch(() => null)])
  if (real === null) return missing(file, name, `its package.json names ${entry}, and there is no such file`)
  if (!real.startsWith(inside + sep)) return missing(file, name, 'its package.json leads out of the package')
  return found({ file, name, module: real, touched: [manifest, real] })
}

/** The file that `import` takes of a package: of its `exports`, else its `main`. */
function entryOf(manifest: Readonly<Record<string, unknown>>): string {
  const named = exported(manifest.exports) ?? manifest.main
  return typeof named === 'string' && named !== '' ? named : 'index.js'
}

function exported(target: unknown): string | null {
  if (typeof target === 'string') return target
  if (!isJsonObject(target)) return null
  for (const condition of ['.', 'node', 'import', 'default']) {
    const inner = Object.hasOwn(target, condition) ? exported(target[condition]) : null
    if (inner !== null) return inner
  }
  return null
}

/** Another one whenever the file was written; of a file that is not there the word for that. */
export async function stampOf(path: string): Promise<string> {
  const facts = await stat(path, { bigint: true }).catch(() => null)
  if (facts === null) return 'none'
  const { ino, size, mtimeNs, ctimeNs } = facts
  return `${ino}-${size}-${mtimeNs}-${ctimeNs}`
}
