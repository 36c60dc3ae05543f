import { AppError } from '../core/error.ts'
import { isPublishable } from './topic-filter.ts'

/** What MQTT can carry in one packet, whatever the broker says. */
export const protocolLimitBytes = 256 * 1024 * 1024 - 1

// More than the heading, the packet's number and the lengths of topic and properties take.
const overheadBytes = 32

/**
 * A message that would cost the connection is refused before it is sent.
 * @throws AppError `unprocessable` for a topic nobody can publish to, or a packet above the limit.
 */
export function checkMessage(topic: string, payload: string, limitBytes: number): void {
  if (!isPublishable(topic))
    throw new AppError('unprocessable', `"${topic.slice(0, 80)}" is no topic to publish to`)
  const bytes = Buffer.byteLength(topic) + Buffer.byteLength(payload) + overheadBytes
  if (bytes > limitBytes)
    throw new AppError(
      'unprocessable',
      `the MQTT broker takes messages of at most ${limitBytes} bytes; ${topic.slice(0, 200)} is ${bytes} and is left out`,
    )
}
