import type { Effect, Perform, PlayerCommand } from './core/effect.ts'
import type { Log } from './core/log.ts'
import type { Queue, QueueMutation } from './core/queue.ts'

/** What effects act on. */
interface Hands {
  mutateQueue(stream: string, mutation: QueueMutation, because: string): Promise<Queue>
  deleteQueue(stream: string): Promise<void>
  command(player: string, command: PlayerCommand): Promise<void>
  publish(topic: string, payload: string, options: { readonly retain: boolean }): Promise<void>
  readonly log: Log
}

/** The one place where wishes become deeds, whoever had them. */
export function performWith(hands: Hands): Perform {
  return async (effect: Effect, because: string) => {
    switch (effect.kind) {
      case 'mutate-queue': {
        const { name, items, version } = await hands.mutateQueue(effect.stream, effect.mutation, because)
        hands.log.info(`stream "${name}": ${effect.mutation.op}`, { because, items: items.length, version })
        return
      }
      case 'delete-stream':
        await hands.deleteQueue(effect.stream)
        hands.log.info(`stream "${effect.stream}" deleted`, { because })
        return
      case 'command':
        await hands.command(effect.player, effect.command)
        hands.log.info(`player told to ${effect.command.type}`, { because, player: effect.player })
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
