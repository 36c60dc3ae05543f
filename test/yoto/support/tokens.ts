import type { Collection } from '../../../src/core/collection.ts'

/** A JWT as Yoto issues them, as far as a client looks into it. */
export function jwt(issuedAt: Date, lifeSeconds: number, name: string): string {
  const iat = Math.floor(issuedAt.getTime() / 1000)
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'RS256' })}.${part({ sub: name, iat, exp: iat + lifeSeconds })}.secretsignature${name}`
}

/** A collection in memory that tells what was written, and can be made to fail. */
export class MemoryCollection<Value> implements Collection<Value> {
  readonly values = new Map<string, Value>()
  beforeSet: (value: Value) => Promise<void> = async () => {}

  async get(key: string): Promise<Value | undefined> {
    return this.values.get(key)
  }

  async set(key: string, value: Value): Promise<void> {
    await this.beforeSet(value)
    this.values.set(key, value)
  }

  async delete(key: string): Promise<boolean> {
    return this.values.delete(key)
  }

  async entries(): Promise<[string, Value][]> {
    return [...this.values]
  }
}
