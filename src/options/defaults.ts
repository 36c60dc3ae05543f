import { join } from 'node:path'
import type { Environment } from './environment.ts'
import type { Options } from './schema.ts'
import type { Setting } from './setting.ts'

/** Whether Home Assistant's Supervisor started us. */
export function underSupervisor(env: Environment): boolean {
  return (env.SUPERVISOR_TOKEN ?? '') !== ''
}

/** Whether the local broker is our own. `auto` means that of the Supervisor where there is one. */
export function usesEmbeddedBroker({ mqtt }: Pick<Options, 'mqtt'>, env: Environment): boolean {
  return mqtt.url === 'embedded' || (mqtt.url === 'auto' && !underSupervisor(env))
}

/** The data folder when nobody names one. */
export function dataFolder(env: Environment): string {
  return underSupervisor(env) ? '/data' : './data'
}

/** The defaults that depend on where the product runs. `data` is the data folder that was decided on. */
export function dependentDefaults(env: Environment, data: string): Setting[] {
  const supervised = underSupervisor(env)
  const setting = (path: string, value: unknown, origin = 'the default'): Setting => ({ path, value, origin })
  return [
    setting('folders.data', data),
    setting('folders.config', supervised ? '/config' : join(data, 'config')),
    setting('folders.media', supervised ? '/media/yoto' : join(data, 'media')),
    setting('panel.auth', supervised ? 'ingress' : 'none'),
    setting('panel.host', supervised ? '0.0.0.0' : '127.0.0.1'),
    // The add-on maps this port to none of the machine's until somebody does.
    setting('direct.port', supervised ? 8097 : null),
    // Nothing else has a voice there, and no option of the add-on asks for one.
    setting('speech.provider', supervised ? 'home_assistant' : 'none'),
    timezone(env),
  ]
}

function timezone(env: Environment): Setting {
  // POSIX allows a colon in front of a zone that is a name.
  const named = env.TZ?.replace(/^:/, '') ?? ''
  if (named !== '') return { path: 'timezone', value: named, origin: 'environment variable TZ' }
  const zone = new Intl.DateTimeFormat('en').resolvedOptions().timeZone
  // What Node reports for a TZ that is set but empty, as compose files leave it.
  return { path: 'timezone', value: zone === 'Etc/Unknown' ? 'UTC' : zone, origin: 'this machine' }
}
