import type { BridgeEntity } from '../entity.ts'

/** What can be asked of the product by a button. */
export const bridgeRequests: readonly BridgeEntity[] = [
  request('sign_in', 'account/sign_in', { name: 'Sign in again', icon: 'mdi:login' }),
  {
    ...request('restart', 'restart', { name: 'Restart', device_class: 'restart' }),
    isThere: ({ isStartedAgain }) => isStartedAgain,
  },
]

function request(key: string, what: string, looks: Readonly<Record<string, string>>): BridgeEntity {
  return {
    key,
    platform: 'button',
    component: ({ request, state }) => ({
      ...looks,
      entity_category: 'config',
      command_topic: request(what),
      payload_press: '{}',
      availability: [{ topic: state }],
    }),
  }
}
