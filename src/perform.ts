import type { Also } from './core/collection.ts'
import type { Effect, Perform, PlayerCommand, WebhookCall } from './core/effect.ts'
import { AppError } from './core/error.ts'
import type { FewLines } from './core/few-lines.ts'
import { heldFrom } from './core/hold.ts'
import type { Log, LogDetail } from './core/log.ts'
import { NewestWishes } from './core/newest-wishes.ts'
import { shuffled } from './core/play-order.ts'
import { type LookUp, requireFiles } from './core/playable-files.ts'
import { mostItems, type Queue, type QueueMutation } from './core/queue.ts'
import { checkMeant } from './core/queue-tag.ts'
import type { AskedMutation } from './core/queues.ts'
import { type ResumePoint, resumedIn } from './core/resume-point.ts'
import type { PlainValue } from './core/value-form.ts'
import type { Hub } from './hub.ts'

/** What effects act on. */
interface Hands {
  mutateQueue(stream: string, mutation: AskedMutation, because: string, also?: Also): Promise<Queue>
  /** The files of a playlist, or the one file of that name. */
  files(playlistOrFile: string): Promise<readonly string[]>
  /**
   * Where others have to be asked for some of them: resolves when they have answered, with what has the files then. Null
   * where nobody has.
   */
  readonly ahead?: (playlistOrFile: string) => Promise<() => Promise<readonly string[]>> | null
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
  /** `check` throws where the stream must not be deleted. */
  deleteQueue(stream: string, check: (queue: Queue) => void): Promise<void>
  command(player: string, command: PlayerCommand): Promise<void>
  /** Has the player play the stream's card; without it there are no cards. */
  readonly startStream?: (stream: string, player: string) => Promise<void>
  /** Tells a story in the player; without it there are none. */
  readonly tellStory?: (wish: StoryWish) => Promise<void>
  /** Whether the story that the player plays now ends with its scene of bedtime. */
  readonly endStory?: (player: string) => Promise<boolean>
  /** Puts a volume back later; without it nothing is remembered. */
  readonly returnVolume?: (
    player: string,
    wanted: { readonly step: number; readonly left: number; readonly at: string },
  ) => Promise<void>
  publish(topic: string, payload: string, options: { readonly retain: boolean }): Promise<void>
  /** Calls an action of Home Assistant; absent outside it. */
  readonly callAction?: (call: Omit<Extract<Effect, { kind: 'ha' }>, 'kind'>) => Promise<void>
  /** Calls a webhook of somebody else; without it there is nobody to call. */
  readonly callWebhook?: (call: WebhookCall) => Promise<void>
  /** Where the household remembers things; without them there are none. */
  readonly values?: Pick<Hub, 'setVar' | 'setInput'>
  /** Told what was done, which may be a great deal. */
  readonly deeds: Pick<FewLines, 'say'>
  /** 0 (inclusive) to 1; Math.random where absent. */
  readonly random?: () => number
  /** The machine's time where absent. */
  readonly now?: () => Date
  readonly log: Log
}

/** What somebody wants of a story. */
export type StoryWish = Omit<Extract<Effect, { kind: 'tell-story' }>, 'kind'>

/** The one place where wishes become deeds, whoever had them. */
export function performWith(hands: Hands): Perform {
  const done = (message: string, detail: LogDetail) =>
    hands.deeds.say('info', `${message} ${detail.player ?? ''}`, { message, detail })
  const contents = new NewestWishes()
  return async (effect: Effect, because: string, also?: Also) => {
    switch (effect.kind) {
      case 'mutate-queue': {
        const { stream, mutation, meantFor } = effect
        const wish = contents.wish(stream)
        await checkIfPressed(mutation, hands)
        const asked: AskedMutation = async (queue) => {
          checkMeant({ name: stream, queue }, meantFor)
          const wanted = await bringing(effect, hands)
          if (isOtherContent(wanted)) wish.fulfilled()
          return wanted
        }
        const queue = await hands.mutateQueue(stream, asked, because, also)
        done(`stream "${stream}": ${mutation.op}`, { because, ...sizeOf(queue) })
        return
      }
      case 'fill-queue': {
        const { stream, how, content, meantFor } = effect
        const wish = contents.wish(stream)
        // Whoever takes long to answer keeps nobody else from changing the queue.
        const ahead = hands.ahead?.(content) ?? null
        const files = ahead === null ? hands.files : await ahead
        const asked: AskedMutation = async (queue) => {
          checkMeant({ name: stream, queue }, meantFor)
          // As if it had been done at once, and the later one after it.
          if (how === 'replace' && ahead !== null && queue !== undefined && wish.isOvertaken())
            return { op: 'settings', settings: {} }
          const wanted = await filling(effect, queue, { ...hands, files })
          if (how === 'replace') wish.fulfilled()
          return wanted
        }
        const queue = await hands.mutateQueue(stream, asked, because, also)
        done(`stream "${stream}": ${how} "${content}"`, { because, ...sizeOf(queue) })
        return
      }
      case 'delete-stream':
        await hands.deleteQueue(effect.stream, (queue) =>
          checkMeant({ name: effect.stream, queue }, effect.meantFor),
        )
        contents.forget(effect.stream)
        done(`stream "${effect.stream}" deleted`, { because })
        return
      case 'command':
        await hands.command(effect.player, effect.command)
        done(`player told: ${effect.command.type}`, { because, player: effect.player })
        return
      case 'start-stream': {
        const { stream, player } = effect
        if (hands.startStream === undefined) throw new AppError('not_found', 'there are no cards here')
        await hands.startStream(stream, player)
        done(`player told: play stream "${stream}"`, { because, player })
        return
      }
      case 'tell-story': {
        const { kind: _, ...wish } = effect
        if (hands.tellStory === undefined) throw new AppError('not_found', 'there are no stories here')
        await hands.tellStory(wish)
        done(`player told: ${wish.how} story "${wish.story}"`, { because, player: wish.player })
        return
      }
      case 'let-end': {
        const { player } = effect
        const hasBedtime = (await hands.endStory?.(player)) === true
        if (!hasBedtime) await hands.command(player, { type: 'sleep-timer', until: 'track' })
        done(`player told: end with the ${hasBedtime ? 'story' : 'track'}`, { because, player })
        return
      }
      case 'send-on':
        // Nobody is known here who listens: where somebody may, `sendingOn` has made commands of it.
        return
      case 'return-volume': {
        const { player, step, left, at } = effect
        if (hands.returnVolume === undefined) throw new AppError('not_found', 'nothing is remembered here')
        await hands.returnVolume(player, { step, left, at })
        return
      }
      case 'publish':
        await hands.publish(effect.topic, effect.payload, { retain: effect.retain })
        return
      case 'ha': {
        const { kind: _, ...call } = effect
        if (hands.callAction === undefined) throw new AppError('unavailable', noHomeAssistant)
        await hands.callAction(call)
        done(`Home Assistant told: ${effect.action}`, { because })
        return
      }
      case 'webhook': {
        const { kind: _, ...call } = effect
        if (hands.callWebhook === undefined) throw new AppError('unavailable', 'no webhooks are called here')
        await hands.callWebhook(call)
        return
      }
      case 'log':
        hands.log.info(effect.message, { because })
        return
      case 'set-var':
      case 'set-input': {
        const { name } = effect
        const value = await setting(effect, { because, also }, hands)
        const what = effect.kind === 'set-var' ? 'var' : 'input'
        const message = `${what} "${name}" is ${value}`
        // However often one is set in a minute, it takes a few lines.
        hands.deeds.say('info', `${what} ${name}`, { message, detail: { because } })
        return
      }
    }
  }
}

function isOtherContent({ op }: QueueMutation): boolean {
  return op === 'replace' || op === 'restore' || op === 'clear'
}

const noHomeAssistant =
  'Home Assistant did not start this program, and homeassistant.url is not set, so its actions cannot be called: set it and homeassistant.token, or publish with `mqtt`, and let an automation of Home Assistant listen to that'

type Setting = Extract<Effect, { kind: 'set-var' | 'set-input' }>

interface Wish {
  readonly because: string
  readonly also: Also | undefined
}

function setting(
  { kind, name, value }: Setting,
  { because, also }: Wish,
  { values }: Hands,
): Promise<PlainValue> {
  if (values === undefined) throw new AppError('not_found', 'nothing is remembered here')
  if (kind === 'set-var') return values.setVar(name, value, because, also)
  return values.setInput(name, value, because, also)
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
async function bringing({ mutation, split = false }: Mutating, hands: Hands): Promise<QueueMutation> {
  if (!('files' in mutation) || mutation.files.length === 0) return mutation
  return { ...mutation, files: await itemsOf(mutation.files, hands, split) }
}

async function itemsOf(
  files: readonly string[],
  { expand }: Hands,
  split = false,
): Promise<readonly string[]> {
  return expand === undefined ? files : expand(files, { split })
}

type Filling = Extract<Effect, { kind: 'fill-queue' }>

async function filling(filling: Filling, queue: Queue | undefined, hands: Hands): Promise<QueueMutation> {
  const { how, content, closed, keep } = filling
  const all = await itemsOf(await hands.files(content), hands)
  if (how === 'replace' && all.length === 0 && filling.orEmpty !== true)
    throw new AppError(
      'conflict',
      `playlist "${content.slice(0, 200)}" has nothing to play now; the queue stays as it was`,
    )
  const files = chosen(all, filling, hands)
  const hold = filling.hold == null ? undefined : heldFrom(filling.hold, hands.now?.() ?? new Date())
  const held = hold === undefined ? {} : { hold }
  if (how === 'replace-next') return { op: 'insert-next', files, instead: true, ...held }
  if (how === 'now') return { op: 'insert-next', files, now: true, ...held }
  if (how !== 'replace') return { op: how, files, ...held }
  if (filling.goesOn === true && isJustThat(queue, content, files))
    return { op: 'settings', settings: { closed: closed ?? false, if_pressed: null } }
  if (files.length > mostItems)
    hands.log.warn(`stream "${filling.stream}" takes the first ${mostItems} files: no queue has more`, {
      content,
      files: files.length,
    })
  return {
    op: how,
    files: files.slice(0, mostItems),
    playlist: content,
    ...(closed === undefined ? {} : { closed }),
    ...(keep === undefined ? {} : { keep }),
    ...(filling.hold === null ? { hold: null } : held),
    ...(filling.letsEnd === true ? { lets_end: true } : {}),
    ...(filling.resume === undefined ? {} : resumedAt(files, filling.resume)),
  }
}

function resumedAt(files: readonly string[], point: ResumePoint) {
  const resumed = resumedIn(files.slice(0, mostItems), point)
  return resumed === null ? {} : { resumed }
}

/** Whether it holds that content already, as it is now, and is in the middle of it. */
function isJustThat(queue: Queue | undefined, content: string, files: readonly string[]): boolean {
  if (queue === undefined || queue.playlist !== content || queue.current === null || queue.held !== null)
    return false
  const { items } = queue
  return (
    items.length === Math.min(files.length, mostItems) && items.every(({ file }, at) => file === files[at])
  )
}

function chosen(
  files: readonly string[],
  { shuffle = false, from = 1, limit = Number.POSITIVE_INFINITY }: Filling,
  { random = Math.random }: Hands,
): readonly string[] {
  return (shuffle ? shuffled(files, random) : files).slice(from - 1, from - 1 + limit)
}

function sizeOf({ items, version }: Queue) {
  return { items: items.length, version }
}
