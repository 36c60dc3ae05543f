// A whole day of a family with three players, on the product's link to the simulated cloud with every trap on, and a
// network that fails. Both sides live on one clock moved by hand; the sockets between them are real.
// `npm run bench:day`, or `npm run bench:day -- 1,2,3` for other seeds. It fails where anything was seen too late.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const seeds = process.argv[2] ?? '1,2,3,4,5,6,7,8,9,10'
const root = fileURLToPath(new URL('..', import.meta.url))
const tests = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', 'test/day.test.ts', '--reporter=default'], {
  cwd: root,
  env: { ...process.env, YOTO_DAY_SEEDS: seeds },
  stdio: 'inherit',
})
tests.on('exit', (code) => {
  process.exitCode = code ?? 1
})
