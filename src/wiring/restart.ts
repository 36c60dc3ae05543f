import type { Clock } from '../core/clock.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { askSupervisor, type Supervisor } from './supervisor.ts'

interface RestartInput {
  /** Null where nobody would start the product again. */
  readonly supervisor: Supervisor | null
  readonly clock: Clock
  readonly log: Log
}

const app = '/addons/self'
// Whoever asked is told before the end begins.
const farewellMs = 500

/**
 * Has the Supervisor end this app and start it again; it resolves a moment before that.
 * @throws AppError `disabled` where the product was not started by it, `unavailable` where it does not answer.
 */
export async function restartWith({ supervisor, clock, log }: RestartInput): Promise<void> {
  if (supervisor === null)
    throw new AppError(
      'disabled',
      'nothing would start this program again: Home Assistant did not start it. Restart it where you have started it',
    )
  // An app that is ended gets no answer to the call that ends it: whether it is let in, it has to ask before.
  const { status } = await askSupervisor(supervisor, { path: `${app}/info` })
  if (status !== 200)
    throw new AppError(
      'unavailable',
      `the Supervisor of Home Assistant does not let this app restart (${status})`,
    )
  log.info('restarting, as was asked over MQTT')
  clock.at(new Date(clock.now().getTime() + farewellMs), () => {
    askSupervisor(supervisor, { method: 'POST', path: `${app}/restart` }).then(
      (answer) => {
        if (answer.status !== 200)
          log.error('the Supervisor did not restart this app', { status: answer.status })
      },
      (error) => log.debug('the Supervisor said nothing to the restart', { reason: messageOf(error) }),
    )
  })
}
