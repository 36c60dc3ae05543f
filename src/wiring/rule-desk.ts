import { createHash } from 'node:crypto'
import type { RulesState } from '../broker/requests/request.ts'
import { AppError } from '../core/error.ts'
import type { MeantFor } from '../core/queue-tag.ts'
import { Turns } from '../core/turns.ts'
import type { RuleDesk, RuleFileView, RuleFinding } from '../http/api/rules.ts'
import { type Diagnostic, excerptOf } from '../language/diagnostic.ts'
import { Lines } from '../language/lines.ts'
import type { Named } from '../rules/players.ts'
import { missingPlayers } from './named-players.ts'
import type { RuleBook } from './rule-book.ts'
import { checkRuleFileName, deleteRuleFile, missing, readRuleFile, writeRuleFile } from './rule-file.ts'
import type { BookFile } from './rule-news.ts'

interface DeskInput {
  readonly book: RuleBook
  /** The config folder. */
  readonly folder: string
  /** Those there are; without it no player that rules name is doubted. */
  readonly players?: () => readonly Named[]
}

/** Rule files as REST asks for them. */
export function ruleDesk({ book, folder, players = () => [] }: DeskInput): RuleDesk {
  // Between the look whether a file is as somebody saw it and the writing of it, nobody else writes.
  const turns = new Turns<'write'>()
  const changing = (name: string, check: (text: string | null) => void, change: () => Promise<void>) =>
    turns.take('write', async () => {
      check(await readRuleFile(folder, name))
      await change()
      await book.reload()
    })
  const missingNow = () => missingPlayers(book, players())
  const view = (name: string) => {
    const file = book.files.find(({ file }) => file === name)
    return file === undefined ? null : viewOf(file, book, missingNow())
  }
  return {
    list: () => {
      const unknown = missingNow()
      return { files: book.files.map((file) => viewOf(file, book, unknown)), unread: book.unread }
    },
    async read(given) {
      const name = checkRuleFileName(given)
      const text = await readRuleFile(folder, name)
      if (text === null) throw missing(name)
      return { file: name, text, etag: tagOf(text), state: view(name)?.state ?? null }
    },
    async write({ file, text, meantFor }) {
      const name = checkRuleFileName(file)
      const check = (found: string | null) => checkMeant(name, found, meantFor)
      await changing(name, check, () => writeRuleFile(folder, name, text))
      const written = view(name)
      if (written === null) throw missing(name)
      return written
    },
    async delete({ file, meantFor }) {
      const name = checkRuleFileName(file)
      // Without a tag the name is all it takes.
      const check = (found: string | null) => {
        if (meantFor !== undefined) checkMeant(name, found, meantFor)
      }
      await changing(name, check, () => deleteRuleFile(folder, name))
      return view(name)
    },
    async check(file, text) {
      const name = checkRuleFileName(file)
      return { files: [name], unread: [], findings: await book.check(name, text) }
    },
    async reload() {
      await book.reload()
    },
    async enable(rule, enabled) {
      if (!book.current.rules.some(({ id }) => id === rule))
        throw new AppError('not_found', `there is no rule "${rule.slice(0, 200)}" among those that run`)
      await book.enable(rule, enabled)
    },
  }
}

/** Reads what was changed. */
export async function reloadRules(book: RuleBook): Promise<RulesState> {
  await book.reload()
  const { rules, schedules } = book.current
  const held = book.files.filter(({ state }) => state !== 'running').map(({ file }) => file)
  return {
    rules: rules.length,
    schedules: schedules.length,
    held_back: [...held, ...book.unread.map(({ file }) => file)],
  }
}

function checkMeant(name: string, text: string | null, meantFor: MeantFor | undefined): void {
  if (text === null) {
    if (meantFor === undefined) return
    throw new AppError('stale', `"${name}" is not there any more`)
  }
  if (meantFor === undefined)
    throw new AppError(
      'conflict',
      `"${name}" is there already: send the ETag that it was read with as If-Match, or * to write over it`,
    )
  if (meantFor === 'any' || meantFor.includes(tagOf(text))) return
  throw new AppError('stale', `"${name}" was changed since it was read: nothing was written`)
}

function tagOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22)
}

/** `missing`: where the rules that run name players that there are not. */
function viewOf(file: BookFile, book: RuleBook, missing: ReturnType<typeof missingPlayers>): RuleFileView {
  const { content } = file
  const isShown = file.state === 'running' || file.state === 'last-good'
  const rules = new Map(book.current.rules.map((rule) => [rule.id, rule]))
  return {
    file: file.file,
    state: file.state,
    etag: file.text === null ? null : tagOf(file.text),
    good_since: file.goodSince,
    findings: findingsOf([...file.findings, ...ownOf(missing, file)].sort(byLine), file.text),
    would_break: file.wouldBreak.flatMap((finding) =>
      findingsOf([finding], runningTextOf(finding.file, book)),
    ),
    rules: isShown
      ? content.rules.map(({ rule }) => ({
          id: rule.id,
          name: rule.name ?? null,
          place: rule.place,
          enabled: rules.get(rule.id)?.enabled ?? rule.enabled,
          enabled_in_file: rule.enabled,
          switched: book.enabledBy(rule.id) !== null,
        }))
      : [],
    schedules: isShown ? content.schedules.map(({ schedule }) => schedule.stream) : [],
    playlists: file.state === 'left-out' ? [] : [...content.playlists.keys()],
  }
}

/** Of a file that runs otherwise than written, the places are not those of its text. */
function ownOf(missing: ReturnType<typeof missingPlayers>, { file, state }: BookFile): readonly Diagnostic[] {
  if (state !== 'running') return []
  return missing.flatMap(({ name: _, ...finding }) => (finding.file === file ? [finding] : []))
}

function byLine(one: Diagnostic, other: Diagnostic): number {
  return one.line - other.line
}

function findingsOf(findings: readonly Diagnostic[], text: string | null): RuleFinding[] {
  const lines = text === null || findings.length === 0 ? null : new Lines(text)
  return findings.map((finding) => ({
    ...finding,
    excerpt: lines === null ? null : excerptOf(finding, lines),
  }))
}

/** Where a file runs as it last was without an error, its lines are not those that are written. */
function runningTextOf(name: string, book: RuleBook): string | null {
  const file = book.files.find(({ file }) => file === name)
  return file?.state === 'running' ? file.text : null
}
