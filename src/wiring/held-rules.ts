import { isUnfinished } from '../language/unfinished.ts'
import type { Standing, StandingFile } from '../rules/read/last-good.ts'

type Texts = ReadonlyMap<string, string>

interface Held {
  /** What runs. */
  readonly before: Standing
  /** What would run without the files that there was no time to read. */
  readonly tried: Standing
  /** By file, as they are written: those that run, or are known not to, and those that were tried. */
  readonly was: Texts
  readonly is: Texts
}

/** Whether something that runs would end only because there was no time to read its file anew. */
export function wouldCutShort({ before, tried }: Pick<Held, 'before' | 'tried'>): boolean {
  const running = new Set(before.files.flatMap(({ file, state }) => (state === 'left-out' ? [] : [file])))
  return tried.cutShort.some(({ file }) => running.has(file))
}

/** All that runs as before. Of files that were changed meanwhile it is said what is wrong with them, or what they wait for. */
export function heldAsBefore({ before, tried, was, is }: Held): Standing {
  const [olds, news] = [byName(before), byName(tried)]
  const names = [...new Set([...olds.keys(), ...news.keys()])].sort()
  const files = names.flatMap((name) => {
    const [old, now] = [olds.get(name), news.get(name)]
    const isChanged = was.get(name) !== is.get(name)
    return old !== undefined && !isChanged ? asItWas(old, tried) : waiting(old, now, tried, is.has(name))
  })
  return { ...before, files, cutShort: tried.cutShort }
}

/** Of what still stands for others nothing else is to be said. */
function asItWas(old: StandingFile, { cutShort }: Standing): StandingFile {
  const own = cutShort.filter(({ file }) => file === old.file)
  if (own.length === 0) return old
  const findings = [...old.findings.filter((finding) => !isUnfinished(finding)), ...own]
  return { ...old, findings, state: old.state === 'running' ? 'last-good' : old.state }
}

function waiting(
  old: StandingFile | undefined,
  now: StandingFile | undefined,
  { cutShort }: Standing,
  isThere: boolean,
): readonly StandingFile[] {
  const known = old ?? now
  if (known === undefined) return []
  const findings = now?.findings ?? []
  const runs = old !== undefined && old.state !== 'left-out'
  return [
    {
      ...known,
      state: runs ? (isThere ? 'last-good' : 'kept-for-others') : 'left-out',
      findings,
      wouldBreak: findings.some(({ level }) => level === 'error') ? [] : cutShort,
    },
  ]
}

function byName({ files }: Standing): ReadonlyMap<string, StandingFile> {
  return new Map(files.map((file) => [file.file, file]))
}
