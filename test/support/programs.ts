import { spawnSync } from 'node:child_process'
import { type TestOptions, test } from 'vitest'

/**
 * A test that needs programs beside Node. Where one is missing the test is skipped and its name says why;
 * in CI a missing program is a failure, so that nothing is skipped there unseen.
 */
export function testWith(programs: string[], name: string, run: () => Promise<void>): void
export function testWith(
  programs: string[],
  name: string,
  options: TestOptions,
  run: () => Promise<void>,
): void
export function testWith(
  programs: string[],
  name: string,
  ...rest: [() => Promise<void>] | [TestOptions, () => Promise<void>]
): void {
  const [options, run] = rest.length === 1 ? [{}, rest[0]] : rest
  const missing = programs.filter((program) => spawnSync('which', [program]).status !== 0)
  if (missing.length === 0) {
    test(name, options, run)
    return
  }
  const reason = `${missing.join(', ')} not installed`
  if (process.env.CI === 'true') test(name, () => Promise.reject(new Error(reason)))
  else test.skip(`${name} (skipped: ${reason})`, run)
}
