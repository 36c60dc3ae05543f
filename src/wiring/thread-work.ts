import { readFileSync, readlinkSync } from 'node:fs'

// What /proc counts in: proc_pid_stat(5), sysconf(_SC_CLK_TCK), 100 on all that Node runs on.
const tickMs = 10

/** The number by which the system knows the thread that asks; null where it does not say, as outside Linux. */
export function ownTask(): number | null {
  try {
    const [, number] = /^\d+\/task\/(\d+)$/.exec(readlinkSync('/proc/thread-self')) ?? []
    return number === undefined ? null : Number(number)
  } catch {
    return null
  }
}

/**
 * How long a processor has worked for that thread of this process, in ms since some moment. Where that cannot be known, it
 * is what all threads had together: the thread had that at most.
 */
export function workedMs(task: number | null): number {
  const ticks = task === null ? null : ticksOf(task)
  if (ticks !== null) return ticks * tickMs
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

function ticksOf(task: number): number | null {
  try {
    const stat = readFileSync(`/proc/self/task/${task}/stat`, 'utf8')
    // The name before it may hold anything, brackets too. Behind it, utime and stime are the 12th and 13th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const ticks = Number(fields[11]) + Number(fields[12])
    return Number.isFinite(ticks) ? ticks : null
  } catch {
    return null
  }
}
