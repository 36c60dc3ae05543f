import { realpath } from 'node:fs/promises'
import type { Log } from '../core/log.ts'
import { isInContainer, mountPoints } from './mounts.ts'
import type { Problems } from './problems.ts'

interface ConfigMount {
  /** The config folder; it is there. */
  readonly folder: string
  /** The text of `/proc/self/mountinfo`; null where it is not known or does not matter. */
  readonly mountinfo: string | null
  readonly problems: Pick<Problems, 'set'>
  readonly log: Log
}

/**
 * Says, as a problem and in the log, that the config folder is one of the container alone, as it is where the Supervisor
 * has left out the entry `map` of the app without a word: everything runs, and the next update takes the rules away.
 */
export async function checkConfigMount({ folder, mountinfo, problems, log }: ConfigMount): Promise<void> {
  // What cannot be read says nothing, and a list without the root is none.
  const points = mountPoints(mountinfo ?? '')
  if (!points.has('/') || !isInContainer(await realpath(folder), points)) return
  problems.set('config_folder', words)
  log.warn(words)
}

const words =
  'the config folder lies in the container alone: rules, stories and plug-ins are lost at the next update of this app. Copy your rule files out of the panel, update Home Assistant (Settings, System, Updates), install this app anew, and bring them back'
