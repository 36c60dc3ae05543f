// A whole day of a family with three players in the whole product, beside the simulated cloud with every trap on and a
// network that fails. Both live on one clock moved by hand; the sockets between them and the disk are real.
// `npm run bench:day`, or `npm run bench:day -- 1,2,3 12` for other seeds and so many hours. It fails where anything was
// seen too late, or is not as it must be.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const [seeds = '1,2,3,4,5,6,7,8,9,10', hours = '24'] = process.argv.slice(2)
const root = fileURLToPath(new URL('..', import.meta.url))
const tests = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', 'test/day.test.ts', '--reporter=default'], {
  cwd: root,
  env: { ...process.env, YOTO_DAY_SEEDS: seeds, YOTO_DAY_HOURS: hours },
  stdio: 'inherit',
})
tests.on('exit', (code) => {
  process.exitCode = code ?? 1
})
