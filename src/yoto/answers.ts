import type { Clock } from '../core/clock.ts'
import { AppError, type HouseFault } from '../core/error.ts'
import type { Acknowledgement } from './parse.ts'

interface Waiting {
  readonly playerId: string
  readonly command: string
  /** null for a command without payload, whose answer names no request. */
  readonly requestId: string | null
  readonly settle: (error: AppError | null) => void
}

/** The time that a player has for its answer. */
export const longestWaitMs = 5_000
// What we ask again and again gets answers without payload, too; they belong to no command.
const questions = /^(events|status)/
const withoutPayload: ReadonlySet<string> = new Set(['card-pause', 'card-resume', 'card-stop'])

/** The commands that players have not answered yet. */
export class Answers {
  readonly #clock: Clock
  readonly #waiting = new Set<Waiting>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Resolves on OK. @throws AppError `refused` on FAIL, `unanswered` after 5 s of silence. */
  expect(command: { playerId: string; command: string; requestId: string | null }): Promise<void> {
    return new Promise((resolve, reject) => {
      const due = new Date(this.#clock.now().getTime() + longestWaitMs)
      const cancel = this.#clock.at(due, () => {
        waiting.settle(silence(command))
      })
      const waiting: Waiting = {
        ...command,
        settle: (error) => {
          cancel()
          this.#waiting.delete(waiting)
          if (error === null) resolve()
          else reject(error)
        },
      }
      this.#waiting.add(waiting)
    })
  }

  receive(playerId: string, ack: Acknowledgement): void {
    const waiting = this.#answeredBy(playerId, ack)
    waiting?.settle(
      ack.ok
        ? null
        : new AppError('refused', `player ${playerId} answered FAIL to ${waiting.command}`, {
            details: { fault: 'player-refused' satisfies HouseFault },
          }),
    )
  }

  /** Ends every wait. */
  rejectAll(error: AppError): void {
    for (const waiting of this.#waiting) waiting.settle(error)
  }

  #answeredBy(playerId: string, ack: Acknowledgement): Waiting | undefined {
    let oldest: Waiting | undefined
    for (const one of this.#waiting) {
      if (one.playerId !== playerId || !mayAnswer(ack, one)) continue
      // Answers may come in another order than the commands went out; where id or name help, they decide.
      if (one.requestId !== null || internalName(one) === ack.name) return one
      oldest ??= one
    }
    return oldest
  }
}

function silence({ playerId, command }: { playerId: string; command: string }): AppError {
  const seconds = longestWaitMs / 1000
  return new AppError(
    'unanswered',
    `player ${playerId} did not answer to ${command} within ${seconds} s; it may have happened all the same`,
    { details: { fault: 'player-silent' satisfies HouseFault } },
  )
}

function mayAnswer(ack: Acknowledgement, waiting: Waiting): boolean {
  if (waiting.requestId !== null) return ack.requestId === waiting.requestId
  if (ack.body !== '' || questions.test(ack.name)) return false
  return ack.name === internalName(waiting) || !withoutPayload.has(ack.name)
}

/** `card-pause` was captured for `card/pause`; that the others go the same way is likely, not known. */
function internalName({ command }: Waiting): string {
  return command.replace('/', '-')
}
