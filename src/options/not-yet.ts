import { knownOptions } from './known.ts'
import { type Setting, wrong } from './setting.ts'

/** Options that this version knows and does not act on, and what each of them needs. */
const notYet: ReadonlyMap<string, string> = new Map([
  ['speech.provider', 'speech'],
  ['speech.wyoming_url', 'speech'],
  ['speech.voice', 'speech'],
])

/**
 * Refuses what would have no effect, so that nobody believes it has. Its default may be written down.
 * @throws AppError `invalid`
 */
export function refuseNotYet(settings: ReadonlyMap<string, Setting>): void {
  for (const [path, feature] of notYet) {
    const setting = settings.get(path)
    const usual = knownOptions.get(path)?.default
    if (setting === undefined || JSON.stringify(setting.value) === JSON.stringify(usual)) continue
    throw wrong(setting, `${wordsFor(usual)}: ${feature} is not part of this version yet`)
  }
}

function wordsFor(usual: unknown): string {
  const isNothing = usual === null || (Array.isArray(usual) && usual.length === 0)
  return isNothing ? 'nothing' : `the default ${JSON.stringify(usual)}`
}
