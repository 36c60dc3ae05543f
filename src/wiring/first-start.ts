import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, errnoOf, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { switchedOff } from './switched-off.ts'

interface FirstStart {
  /** The folder of rules, stories and audio that come with the product. */
  readonly shipped: string
  /** The user's own. */
  readonly config: string
  readonly media: string
  /** Whether the players are simulated ones; rules and schedules act on those alone unasked. */
  readonly simulate: boolean
  readonly log: Log
}

/**
 * Gives a new household something to hear: into an empty config folder the shipped YAML, into an empty
 * library the shipped audio. Rules and schedules are switched off where the players are real. A folder that holds anything
 * is left alone; nothing is ever overwritten.
 * @throws AppError `unavailable` when a folder can be neither read nor made.
 */
export async function prepareFolders({ shipped, config, media, simulate, log }: FirstStart): Promise<void> {
  const isBare = await isEmpty(config, 'config')
  if (isBare) {
    const files = (await readdir(shipped)).filter((file) => file.endsWith('.yaml'))
    await giveAll(files, { from: shipped, to: config, give: simulate ? copy : copyOff })
    log.info('the config folder was empty: the shipped rules were copied there', { files: files.length })
    if (!simulate)
      log.info(
        'their rules and schedules are switched off, as these players are real ones: take out the lines `enabled: false` of those that you want to run',
      )
  }
  if (await isEmpty(media, 'media')) {
    const audio = join(shipped, 'audio')
    const entries = await readdir(audio, { withFileTypes: true })
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
    await giveAll(folders, { from: audio, to: media, give: copy })
    log.info('the library was empty: the shipped audio was copied there', { folders: folders.length })
    if (!isBare) log.info('the config folder was not: the shipped rules were not copied there')
  }
}

interface Giving {
  readonly from: string
  /** Was empty a moment ago. */
  readonly to: string
  give(from: string, to: string): Promise<void>
}

/** All of them or none: half a file would stay for good, as the next start would find the folder no longer empty. */
async function giveAll(names: readonly string[], { from, to, give }: Giving): Promise<void> {
  const begun: string[] = []
  try {
    for (const name of names) {
      begun.push(join(to, name))
      await give(join(from, name), join(to, name))
    }
  } catch (error) {
    for (const path of begun) await rm(path, { recursive: true, force: true }).catch(() => undefined)
    throw error
  }
}

function copy(from: string, to: string): Promise<void> {
  return cp(from, to, { recursive: true, force: false, errorOnExist: false }).catch(notWritten(to))
}

async function copyOff(from: string, to: string): Promise<void> {
  const text = await readFile(from, 'utf8')
  await writeFile(to, switchedOff(text), { flag: 'wx' }).catch(notWritten(to))
}

function notWritten(to: string): (cause: unknown) => never {
  return (cause) => {
    throw new AppError('unavailable', `${to} cannot be written: ${reasonOf(cause)}; ${wayOut(cause)}`, {
      cause,
    })
  }
}

async function isEmpty(folder: string, option: string): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true })
    return (await readdir(folder)).filter((name) => !name.startsWith('.')).length === 0
  } catch (cause) {
    throw new AppError(
      'unavailable',
      `the ${option} folder ${folder} cannot be used: ${reasonOf(cause)}; mend that, or choose another with --${option}`,
      { cause },
    )
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'this user may not read and write it',
  EPERM: 'this user may not read and write it',
  EEXIST: 'it is a file, not a folder',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EROFS: 'it lies on a read-only file system',
  ENOSPC: 'the disk is full',
}

function wayOut(error: unknown): string {
  return errnoOf(error) === 'ENOSPC'
    ? 'make room on it and start again'
    : 'let this user write its folder, or fill it yourself'
}

function reasonOf(error: unknown): string {
  const code = errnoOf(error)
  return reasons[code ?? ''] ?? code ?? messageOf(error)
}
