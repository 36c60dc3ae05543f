import type { Effect, Perform, PlayerCommand } from './core/effect.ts'
import { AppError } from './core/error.ts'
import type { FewLines } from './core/few-lines.ts'
import type { Log, LogDetail } from './core/log.ts'
import { type LookUp, requireFiles } from './core/playable-files.ts'
import type { Queue, QueueMutation } from './core/queue.ts'

/** What effects act on. */
interface Hands {
  mutateQueue(
    stream: string,
    mutation: QueueMutation | (() => Promise<QueueMutation>),
    because: string,
  ): Promise<Queue>
  /** The files of a playlist, or the one file of that name. */
  files(playlistOrFile: string): Promise<readonly string[]>
  /**
   * The items that these come to in a queue: of a book its chapters, with `split` also the parts of what is long. Without
   * it each is one item.
   */
  readonly expand?: (
    files: readonly string[],
    how: { readonly split?: boolean },
  ) => Promise<readonly string[]>
  readonly lookup: LookUp
  /** What was meant by a name that leads nowhere, for people. */
  readonly hint?: (file: string) => Promise<string | null>
  deleteQueue(stream: string): Promise<void>
  command(player: string, command: PlayerCommand): Promise<void>
  publish(topic: string, payload: string, options: { readonly retain: boolean }): Promise<void>
  /** Told what was done, which may be a great deal. */
  readonly deeds: Pick<FewLines, 'say'>
  readonly log: Log
}

/** The one place where wishes become deeds, whoever had them. */
export function performWith(hands: Hands): Perform {
  const done = (message: string, detail: LogDetail) =>
    hands.deeds.say('info', `${message} ${detail.player ?? ''}`, { message, detail })
  return async (effect: Effect, because: string) => {
    switch (effect.kind) {
      case 'mutate-queue': {
        await checkIfPressed(effect.mutation, hands)
        const queue = await hands.mutateQueue(effect.stream, bringing(effect, hands), because)
        done(`stream "${queue.name}": ${effect.mutation.op}`, { because, ...sizeOf(queue) })
        return
      }
      case 'fill-queue': {
        const { stream, how, content } = effect
        const queue = await hands.mutateQueue(stream, () => filling(effect, hands), because)
        done(`stream "${stream}": ${how} "${content}"`, { because, ...sizeOf(queue) })
        return
      }
      case 'delete-stream':
        await hands.deleteQueue(effect.stream)
        done(`stream "${effect.stream}" deleted`, { because })
        return
      case 'command':
        await hands.command(effect.player, effect.command)
        done(`player told: ${effect.command.type}`, { because, player: effect.player })
        return
      case 'publish':
        await hands.publish(effect.topic, effect.payload, { retain: effect.retain })
        return
      case 'log':
        hands.log.info(effect.message, { because })
        return
    }
  }
}

/**
 * What is to be heard instead must be a file that can be played. A schedule's `replace` is not held to it: its file was
 * warned about when it was read, and may come yet.
 */
async function checkIfPressed(mutation: QueueMutation, hands: Hands): Promise<void> {
  const file = mutation.op === 'settings' ? (mutation.settings.if_pressed ?? null) : null
  if (file === null) return
  if ((await hands.lookup(file)).state === 'missing' && (await isPlaylist(file, hands)))
    throw new AppError(
      'unprocessable',
      `if_pressed takes one file, and "${file.slice(0, 200)}" is a playlist`,
    )
  const { lookup, hint } = hands
  await requireFiles([file], {
    lookup,
    consequence: 'nothing was changed',
    ...(hint === undefined ? {} : { hint }),
  })
}

/** Of a name that is no file's. */
function isPlaylist(name: string, { files }: Hands): Promise<boolean> {
  return files(name).then(
    () => true,
    () => false,
  )
}

type Mutating = Extract<Effect, { kind: 'mutate-queue' }>

/** What brings files is worked out when its turn comes: until then others may do theirs. */
function bringing(
  { mutation, split = false }: Mutating,
  hands: Hands,
): QueueMutation | (() => Promise<QueueMutation>) {
  if (!('files' in mutation) || mutation.files.length === 0) return mutation
  return async () => ({ ...mutation, files: await itemsOf(mutation.files, hands, split) })
}

async function itemsOf(
  files: readonly string[],
  { expand }: Hands,
  split = false,
): Promise<readonly string[]> {
  return expand === undefined ? files : expand(files, { split })
}

type Filling = Extract<Effect, { kind: 'fill-queue' }>

async function filling({ how, content, limit, closed }: Filling, hands: Hands): Promise<QueueMutation> {
  const files = (await itemsOf(await hands.files(content), hands)).slice(0, limit)
  if (how !== 'replace') return { op: how, files }
  return { op: how, files, playlist: content, ...(closed === undefined ? {} : { closed }) }
}

function sizeOf({ items, version }: Queue) {
  return { items: items.length, version }
}
