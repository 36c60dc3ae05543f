import type { MadeToken, Scope, Token } from './access.ts'
import { segment } from './path.ts'
import { ask } from './request.ts'

export async function fetchTokens(): Promise<readonly Token[]> {
  return (await ask<{ tokens: readonly Token[] }>('GET', 'tokens')).tokens
}

export function makeToken(wish: { name: string; scopes: readonly Scope[] }): Promise<MadeToken> {
  return ask('POST', 'tokens', wish)
}

export async function revokeToken(id: string): Promise<void> {
  await ask('DELETE', `tokens/${segment(id)}`)
}
