import { execFile } from 'node:child_process'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const root = resolve(import.meta.dirname, '../..')

/**
 * Compiles these files of `src`, with all that they import, into `folder`, so that plain node can run them in a
 * process of its own (Node 20 cannot read TypeScript). Returns the folder, which is laid out like `src`.
 */
export async function compiledTo(folder: string, files: readonly string[]): Promise<string> {
  await mkdir(folder, { recursive: true })
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await writeFile(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: join(root, 'tsconfig.build.json'),
      compilerOptions: { rootDir: join(root, 'src'), outDir: folder, sourceMap: false },
      include: [],
      files: files.map((file) => join(root, 'src', file)),
    }),
  )
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  await promisify(execFile)(process.execPath, [compiler, '-p', folder])
  return folder
}
