import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { AppError } from '../core/error.ts'

/** What checking one password costs: memory is 128 × 2^`ln` × `r` bytes. */
export interface PasswordCost {
  readonly ln: number
  readonly r: number
  readonly p: number
}

/** 32 MiB a password. Source: OWASP Password Storage Cheat Sheet, "scrypt". */
export const usualCost: PasswordCost = { ln: 15, r: 8, p: 3 }

// Checking costs memory and a thread that audio needs too, so only so many happen at once and so many wait.
const mostAtOnce = 2
const mostWaiting = 20
const saltBytes = 16
const hashBytes = 32
// Beyond this a stored hash would cost more than any version of this product asks for.
const limits = { ln: 20, r: 32, p: 16 }

interface Parts extends PasswordCost {
  readonly salt: Buffer
  readonly hash: Buffer
}

/**
 * Makes and checks hashes of passwords: `$scrypt$ln=15,r=8,p=3$<salt>$<hash>`, both in base64url. A hash says what it
 * cost, so the cost can be raised and old ones still be checked.
 */
export class Passwords {
  readonly #cost: PasswordCost
  /** Stands in for the hash that an unknown name does not have. */
  readonly #nobodys: string
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(cost: PasswordCost = usualCost) {
    this.#cost = cost
    this.#nobodys = textOf({ ...cost, salt: randomBytes(saltBytes), hash: randomBytes(hashBytes) })
  }

  /** @throws AppError `unprocessable` for a password that is too short or too long, under the name of its field. */
  async hash(password: string, field = 'password'): Promise<string> {
    checkLength(password, field)
    return this.#hash(password, randomBytes(saltBytes))
  }

  /** Without a hash it takes the same time and is false. @throws AppError `too_many` where too many wait already. */
  async verify(password: string, stored: string | null): Promise<boolean> {
    const parts = partsOf(stored ?? this.#nobodys)
    if (parts === null) return false
    const hash = await this.#derive(password, parts)
    return timingSafeEqual(hash, parts.hash) && stored !== null
  }

  /** The same password at today's cost; null where the hash has that. */
  async renewed(password: string, stored: string): Promise<string | null> {
    const parts = partsOf(stored)
    const { ln, r, p } = this.#cost
    if (parts === null || (parts.ln === ln && parts.r === r && parts.p === p)) return null
    return this.#hash(password, parts.salt)
  }

  async #hash(password: string, salt: Buffer): Promise<string> {
    const parts = { ...this.#cost, salt }
    return textOf({ ...parts, hash: await this.#derive(password, parts) })
  }

  async #derive(password: string, { ln, r, p, salt }: Omit<Parts, 'hash'>): Promise<Buffer> {
    const N = 2 ** ln
    // Node asks for a little more than the 128 × N × r bytes of the algorithm.
    const options: ScryptOptions = { N, r, p, maxmem: 2 * 128 * N * r }
    await this.#turn()
    try {
      return await new Promise((resolve, reject) =>
        scrypt(normal(password), salt, hashBytes, options, (error, key) =>
          error === null ? resolve(key) : reject(error),
        ),
      )
    } finally {
      this.#next()
    }
  }

  async #turn(): Promise<void> {
    if (this.#running < mostAtOnce) {
      this.#running++
      return
    }
    if (this.#waiting.length >= mostWaiting)
      throw new AppError('too_many', 'too many people sign in at this moment: try again in some seconds', {
        details: { retry_after_s: 5 },
      })
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  #next(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#running--
    else next()
  }
}

const shortest = 8
const longest = 256

/**
 * What names the password that a hash was made of: its salt, which is new with every password that is set and stays
 * when the same password is hashed again at a higher cost.
 */
export function nameOfPassword(stored: string): string {
  return stored.split('$')[3] ?? ''
}

function checkLength(password: string, field: string): void {
  const characters = [...normal(password)].length
  if (characters >= shortest && characters <= longest) return
  const message = `must have ${shortest} to ${longest} characters`
  throw new AppError('unprocessable', `${field} ${message}`, {
    details: { fields: [{ field, message }] },
  })
}

/** Keyboards compose the same letter in different ways. */
function normal(password: string): string {
  return password.normalize('NFKC')
}

function textOf({ ln, r, p, salt, hash }: Parts): string {
  return `$scrypt$ln=${ln},r=${r},p=${p}$${salt.toString('base64url')}$${hash.toString('base64url')}`
}

function partsOf(stored: string): Parts | null {
  const pattern = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w-]{22})\$([\w-]{43})$/
  const [, ln, r, p, salt = '', hash = ''] = pattern.exec(stored) ?? []
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) }
  const isPayable = cost.ln >= 1 && cost.ln <= limits.ln && cost.r >= 1 && cost.r <= limits.r
  if (!isPayable || !(cost.p >= 1 && cost.p <= limits.p)) return null
  return { ...cost, salt: Buffer.from(salt, 'base64url'), hash: Buffer.from(hash, 'base64url') }
}
