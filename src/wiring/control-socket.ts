import { join } from 'node:path'
import { messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { type ControlDoor, openControlDoor } from '../http/control-door.ts'

/** Where the program that runs listens for commands on this machine. */
export function controlSocket(data: string): string {
  return join(data, 'control.sock')
}

/** Opens the door for commands; without it the program runs all the same, and commands say that they cannot reach it. */
export async function openControl(data: string, log: Log): Promise<ControlDoor | null> {
  try {
    return await openControlDoor(controlSocket(data))
  } catch (error) {
    log.warn('commands that are sent to this program, such as card, cannot reach it', {
      reason: messageOf(error),
    })
    return null
  }
}
