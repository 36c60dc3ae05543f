import { Type } from 'typebox'
import type { MeantFor } from '../../core/queue-tag.ts'
import type { Diagnostic } from '../../language/diagnostic.ts'
import { isUnfinished } from '../../language/unfinished.ts'
import { meantFor } from './if-match.ts'
import { type Route, route } from './route.ts'

/** Something to say of a rule file, with the place for people. */
export interface RuleFinding extends Diagnostic {
  /** The line as it is written and carets under the fault, as the log shows them; null where that text is not at hand. */
  readonly excerpt: string | null
}

/** A rule file as it stands: what of it runs, and what there is to say of it. */
export interface RuleFileView {
  readonly file: string
  /**
   * `running`: as it is written. `last-good`: as it was when it last had no error. `kept-for-others`: it was deleted, and
   * other files still name what it shares (playlists, vars, inputs, players). `left-out`: it has never been without an error.
   */
  readonly state: 'running' | 'last-good' | 'kept-for-others' | 'left-out'
  /** Of its text as it is written; null where it was deleted or cannot be read. */
  readonly etag: string | null
  /** ISO 8601: since when its last good version has run; null where there is none. */
  readonly good_since: string | null
  readonly findings: readonly RuleFinding[]
  /** What would be wrong in other files if it ran as it is written. */
  readonly would_break: readonly RuleFinding[]
  readonly rules: readonly {
    readonly id: string
    /** For people; null where it has none but its id. */
    readonly name: string | null
    /** "bedroom.yaml:12" */
    readonly place: string
    readonly enabled: boolean
    readonly enabled_in_file: boolean
    /** Whether `enabled` was said here, over what the file says. */
    readonly switched: boolean
  }[]
  /** The streams it has schedules for. */
  readonly schedules: readonly string[]
  readonly playlists: readonly string[]
}

/** Rule files as they are written, checked and put to work. */
export interface RuleDesk {
  list(): {
    readonly files: readonly RuleFileView[]
    readonly unread: readonly { readonly file: string; readonly text: string }[]
  }
  /** @throws AppError `not_found`; `unprocessable` for a name that no rule file can have, as all of them do. */
  read(file: string): Promise<{
    readonly file: string
    readonly text: string
    readonly etag: string
    readonly state: RuleFileView['state'] | null
  }>
  /** Writes it, with errors too: then its last good version runs on. @throws AppError `conflict`, `stale`, `forbidden`. */
  write(wish: {
    readonly file: string
    readonly text: string
    readonly meantFor: MeantFor | undefined
  }): Promise<RuleFileView>
  /** What is still there of it for others; null where that is nothing. */
  delete(wish: {
    readonly file: string
    readonly meantFor: MeantFor | undefined
  }): Promise<RuleFileView | null>
  /** What there would be to say if the file read like that: the form of the command `check --json`. */
  check(
    file: string,
    text: string,
  ): Promise<{
    readonly files: readonly string[]
    readonly unread: readonly never[]
    readonly findings: readonly Diagnostic[]
  }>
  /** Resolves when what was changed runs. */
  reload(): Promise<void>
  /** Over what its file says; null leaves it to that again. @throws AppError `not_found` */
  enable(rule: string, enabled: boolean | null): Promise<void>
}

/** What the calls of rules need of the house. */
export interface RulesHouse {
  readonly rules: RuleDesk
}

const closed = { additionalProperties: false }
const file = Type.String({ maxLength: 200, description: 'Its path below the config folder: `bedroom.yaml`.' })
const text = Type.String({ description: 'At most 1 MB.' })
// A megabyte of text may take several as JSON.
const maxBytes = 4 * 1024 * 1024

export function ruleRoutes({ rules }: RulesHouse): Route[] {
  return [
    listRoute(rules),
    readRoute(rules),
    writeRoute(rules),
    deleteRoute(rules),
    checkRoute(rules),
    reloadRoute(rules),
    enableRoute(rules),
  ]
}

function listRoute(rules: RuleDesk): Route {
  return route({
    method: 'get',
    path: '/rules',
    summary: 'The rule files: whether each runs as it is written, what is wrong with it, and what is in it.',
    needs: 'house',
    handle: () => rules.list(),
  })
}

function readRoute(rules: RuleDesk): Route {
  return route({
    method: 'post',
    path: '/rules/read',
    summary: 'The text of a rule file; its ETag is what a change of it is sent with.',
    needs: 'admin',
    body: Type.Object({ file }, closed),
    async handle({ body, setHeader }) {
      const read = await rules.read(body.file)
      setHeader('ETag', `"${read.etag}"`)
      return read
    },
  })
}

function writeRoute(rules: RuleDesk): Route {
  return route({
    method: 'post',
    path: '/rules/write',
    summary:
      'Writes a rule file, and puts it to work. Over one that is there only with `If-Match`. One with errors is kept, too, and its last good version runs on: the answer says so. So does one that the machine was too busy to read; it is tried again by itself.',
    needs: 'admin',
    maxBytes,
    body: Type.Object({ file, text }, closed),
    async handle({ body, header, setHeader }) {
      const written = await rules.write({ ...body, meantFor: meantFor(header('if-match')) })
      if (written.etag !== null) setHeader('ETag', `"${written.etag}"`)
      return { success: true, message: outcomeOf(written), ...written }
    },
  })
}

function outcomeOf(view: RuleFileView): string {
  const { file, state } = view
  const late = unreadFor(view)
  if (late !== null)
    return `"${file}" is saved, but the machine was too busy to read ${late}: ${
      state === 'left-out' ? 'it does not run yet' : 'what ran before runs on'
    }. It is tried again by itself, every minute`
  switch (state) {
    case 'running':
      return `"${file}" is saved and runs`
    case 'left-out':
      return `"${file}" is saved, but does not run: see its findings`
    default:
      return `"${file}" is saved, but its last good version runs on: see its findings`
  }
}

/** Which file there was no time to read, so that the change of this one waits; null where it does not. */
function unreadFor({ file, findings, would_break }: RuleFileView): string | null {
  const late = [...findings, ...would_break].find(isUnfinished)
  if (late === undefined) return null
  return late.file === file ? 'it in time' : `"${late.file}" in time, beside which it is checked`
}

function deleteRoute(rules: RuleDesk): Route {
  return route({
    method: 'post',
    path: '/rules/delete',
    summary:
      'Deletes a rule file. Its rules and schedules end; playlists that other files name stay until none does.',
    needs: 'admin',
    body: Type.Object({ file }, closed),
    async handle({ body, header }) {
      const kept = await rules.delete({ file: body.file, meantFor: meantFor(header('if-match')) })
      const message =
        kept === null
          ? `"${body.file}" is deleted`
          : unreadFor(kept) !== null
            ? `"${body.file}" is deleted, but the machine was too busy to read the others without it: what it said runs on. They are tried again by themselves, every minute`
            : `"${body.file}" is deleted; playlists of it that other files name stay until none does`
      return { success: true, message, kept }
    },
  })
}

function checkRoute(rules: RuleDesk): Route {
  return route({
    method: 'post',
    path: '/rules/check',
    summary:
      'What there would be to say of a rule file with this text, beside the others as they run. Nothing is written.',
    needs: 'admin',
    maxBytes,
    body: Type.Object({ file, text }, closed),
    handle: ({ body }) => rules.check(body.file, body.text),
  })
}

function reloadRoute(rules: RuleDesk): Route {
  return route({
    method: 'post',
    path: '/rules/reload',
    summary: 'Reads the rule files that were changed, now; the answer is that of GET /rules.',
    needs: 'admin',
    async handle() {
      await rules.reload()
      return rules.list()
    },
  })
}

function enableRoute(rules: RuleDesk): Route {
  return route({
    method: 'post',
    path: '/rules/enable',
    summary:
      'Switches a rule on or off, over what its file says and over restarts; with null its file decides again.',
    needs: 'house',
    body: Type.Object(
      { rule: Type.String({ maxLength: 200 }), enabled: Type.Union([Type.Boolean(), Type.Null()]) },
      closed,
    ),
    async handle({ body }) {
      await rules.enable(body.rule, body.enabled)
      const state = body.enabled === null ? 'as its file says' : body.enabled ? 'on' : 'off'
      return { success: true, message: `rule "${body.rule}" is ${state}` }
    },
  })
}
