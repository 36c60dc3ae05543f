import type { SimulatedCloud } from '../../src/simulator/cloud.ts'

/** A card as the simulated account keeps it. */
export interface AccountCard {
  readonly cardId: string
  readonly title: string
  readonly content: {
    readonly chapters: readonly { readonly tracks: readonly { readonly trackUrl: string }[] }[]
  }
}

/** The account behind the simulated cloud, as another app of the family sees it. */
export async function simulatedAccount(cloud: Pick<SimulatedCloud, 'apiUrl' | 'authUrl' | 'clientId'>) {
  const token = await signIn(cloud)
  async function call(method: string, path: string, body?: unknown): Promise<AccountCard> {
    const answer = await fetch(cloud.apiUrl + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return ((await answer.json()) as { card: AccountCard }).card
  }
  const card = (cardId: string) => call('GET', `/content/${cardId}`)
  return {
    token,
    card,
    /** The answer to a read, byte for byte. */
    text: async (cardId: string) => {
      const headers = { authorization: `Bearer ${token}` }
      return (await fetch(`${cloud.apiUrl}/content/${cardId}`, { headers })).text()
    },
    save: (json: unknown) => call('POST', '/content', json),
    /** Replaces all settings of a player. */
    configure: async (deviceId: string, config: object) => {
      await call('PUT', `/device-v2/${deviceId}/config`, { deviceId, config })
    },
    urls: async (cardId: string) => urlsOf(await card(cardId)),
  }
}

function urlsOf({ content }: AccountCard): string[] {
  return content.chapters.flatMap(({ tracks }) => tracks.map(({ trackUrl }) => trackUrl))
}

async function signIn(cloud: Pick<SimulatedCloud, 'authUrl' | 'clientId'>): Promise<string> {
  const client = { client_id: cloud.clientId, audience: 'https://api.yotoplay.com' }
  const post = async (path: string, form: Record<string, string>) => {
    const answer = await fetch(cloud.authUrl + path, { method: 'POST', body: new URLSearchParams(form) })
    return (await answer.json()) as Record<string, string>
  }
  const scope = 'openid user:content:view user:content:manage family:devices:manage'
  const { device_code = '' } = await post('/oauth/device/code', { ...client, scope })
  const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'
  const { access_token } = await post('/oauth/token', { ...client, grant_type, device_code })
  if (access_token === undefined) throw new Error('the simulated cloud did not let the test sign in')
  return access_token
}
