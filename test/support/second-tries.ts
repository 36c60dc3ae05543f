import type { Reporter, TestCase } from 'vitest/node'

/** Names at the end of a run the tests that passed only when they were tried again, each with what failed at first. */
export class SecondTries implements Reporter {
  readonly #found: { name: string; message: string }[] = []

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky !== true) return
    const message = test.result().errors?.[0]?.message ?? 'no message'
    this.#found.push({ name: `${test.module.relativeModuleId} > ${test.fullName}`, message })
  }

  onTestRunEnd(): void {
    const lines = this.#found.map(
      ({ name, message }) => `passed at the second try: ${name}\n  at first: ${message.split('\n', 1)[0]}\n`,
    )
    process.stdout.write(lines.join(''))
  }
}
