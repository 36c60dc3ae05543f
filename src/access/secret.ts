import { createHash, randomBytes } from 'node:crypto'

const secretBytes = 32

/** 256 random bits, 43 characters. */
export function newSecret(): string {
  return randomBytes(secretBytes).toString('base64url')
}

/**
 * What is kept of a secret. It is looked up by this: how long that takes tells nobody how much of the secret was
 * guessed right.
 */
export function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

const idBytes = 8

/** Letters and digits, so that it may stand between other parts of a text. */
export function newId(): string {
  return randomBytes(idBytes).toString('hex')
}
