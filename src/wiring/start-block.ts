import type { App } from '../app.ts'
import { hostInUrl } from '../core/address.ts'
import type { Options } from '../options.ts'
import { lanAddress } from './addresses.ts'

/** What runs where, in words for whoever started it. */
export function startBlock(app: App, { options, version }: { options: Options; version: string }): string {
  const { schedules, rules, stories = new Map() } = app.ruleSet
  const base = options.mqtt.base_topic
  const lines: [what: string, words: string][] = [
    ['Panel, REST', panelOf(app, options.panel)],
    ...directOf(app),
    ['Audio', `${app.mediaUrl}, told to cards as ${app.publicUrl} (option public_url)`],
    ['MQTT', `${app.mqttUrl}, topics below ${base}/`],
    ['Data', options.folders.data],
    [
      'Rules',
      `${options.folders.config}: ${[
        count(rules.length, 'rule'),
        count(schedules.length, 'schedule'),
        ...(stories.size === 0 ? [] : [stories.size === 1 ? '1 story' : `${stories.size} stories`]),
      ].join(', ')}`,
    ],
    ['Library', options.folders.media],
    ['Players', playersOf(app)],
    ...(options.panel.auth === 'none' ? tryOf(app, options.mqtt) : []),
  ]
  const width = Math.max(...lines.map(([what]) => what.length))
  return [
    `Yoto Smart Stream ${version} is running`,
    ...lines.map(([what, words]) => `  ${what.padEnd(width)}  ${words}`),
  ].join('\n')
}

function panelOf({ panelUrl }: App, { auth, host }: Options['panel']): string {
  if (auth === 'ingress') return `${panelUrl}, for Home Assistant's sidebar alone (option panel.auth)`
  const port = new URL(panelUrl).port
  return host === '0.0.0.0' || host === '::'
    ? `${panelUrl}, in your network http://${hostInUrl(lanAddress())}:${port}`
    : panelUrl
}

function directOf({ directUrl }: App): [string, string][] {
  return directUrl === null ? [] : [['Direct', `${directUrl}, with a sign-in of its own`]]
}

function playersOf({ simulator, hub, hasAccount }: App): string {
  if (simulator !== null) {
    const names = simulator.players.map(({ name, id }) => `${name} (${id})`).join(', ')
    return `SIMULATED, because no Yoto account is set up (option yoto.client_id): ${names}`
  }
  if (!hasAccount) return 'none: no Yoto account is set up (option yoto.client_id)'
  const names = hub.players().map((player) => player.name)
  return names.length === 0 ? 'none known yet; they come with the connection to Yoto' : names.join(', ')
}

function tryOf(app: App, mqtt: Options['mqtt']): [string, string][] {
  const card = app.cards.list()[0]
  const player = app.simulator?.players[0]
  if (card === undefined || player === undefined) return []
  const act = (what: string, body: string) =>
    `curl -w '\\n' -X POST -H 'content-type: application/json' -d '${body}' ${app.panelUrl}/api/simulator/players/${player.id}/${what}`
  return [
    ['Watch', `mosquitto_sub ${placeOf(app)}${signInOf(mqtt)}-t '${mqtt.base_topic}/#' -v`],
    ['Put a card in', act('insert', `{"card_id":"${card.card_id}"}`)],
    ['Press right', act('press', '{"button":"right"}')],
    ['Press left', act('press', '{"button":"left"}')],
  ]
}

/** Nothing where Home Assistant's broker has not been found yet. */
function placeOf({ mqttUrl }: App): string {
  if (!URL.canParse(mqttUrl)) return ''
  const { hostname, port } = new URL(mqttUrl)
  return `${hostname === '127.0.0.1' ? '' : `-h ${hostname} `}-p ${port || '1883'} `
}

/** Only where they go: a password is not for the log. */
function signInOf({ username }: Options['mqtt']): string {
  return username === null ? '' : '-u <user> -P <password> '
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}
