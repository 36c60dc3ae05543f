import type { Clock } from '../core/clock.ts'
import type { CommandForm } from '../options/command-line.ts'
import type { Loaded } from '../options.ts'
import type { Supervisor } from './supervisor.ts'
import type { Terminal } from './terminal.ts'

export interface CommandInput extends Pick<Loaded, 'options' | 'args' | 'flags' | 'lists' | 'json'> {
  /** The folder of rules and audio that come with the product. */
  readonly shipped: string
  /** Where the command was called: names of files are looked for there. */
  readonly cwd: string
  readonly clock: Clock
  /** Where Home Assistant's Supervisor started it. */
  readonly supervisor?: Supervisor
  /** For commands that somebody talks with; absent where nobody can. */
  readonly terminal?: Terminal
  /** Tells people on stderr how it stands, while it goes on. */
  readonly note?: (text: string) => void
}

export interface CommandAnswer {
  /** All that is written to stdout; of a command that somebody talks with what is left to say. */
  readonly answer: string
  /** What there is to know of it, for stderr. */
  readonly notes?: string
  /** Ends the process with 1. */
  readonly failed: boolean
}

/** A command of the program beside running it. */
export interface Command extends CommandForm {
  /** What stands behind its name: `[--days 7]`. */
  readonly usage: string
  /** One line for the list of commands. */
  readonly about: string
  /** What more there is to know, for its own help. */
  readonly more?: string
  /** @throws AppError where it cannot be done; its message is for people. */
  run(input: CommandInput): Promise<CommandAnswer>
}
