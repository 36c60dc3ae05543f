import { type Static, type TSchema, Type } from 'typebox'

/** The languages of the clips that come with the product. */
export const languages = ['en', 'de', 'fr', 'es'] as const
export type Language = (typeof languages)[number]

/**
 * Every option: its type, default, check and help text. `expected` says in words what the check wants,
 * `writeOnly` marks what no message may show, `addOn` what the form of the Home Assistant add-on has (`add-on.ts`). An
 * option without a default gets it in `defaults.ts`, because it depends on where the product runs.
 */
export const optionsSchema = Type.Object(
  {
    folders: section({
      data: path(
        'Where the product keeps what it must remember. Also --data. Default: ./data, under Home Assistant /data.',
      ),
      config: path(
        'Your rules, stories and plug-ins. Also --config. Default: config in the data folder, under Home Assistant /config.',
      ),
      media: path(
        'The audio library. Also --media. Default: media in the data folder, under Home Assistant /media/yoto.',
      ),
    }),
    panel: section({
      port: port(8099, 'Port of the panel and the REST interface.'),
      host: host(
        undefined,
        'Address the panel listens on. Default: 127.0.0.1, under Home Assistant 0.0.0.0. Beyond this machine a sign-in is needed.',
      ),
      auth: choice(
        ['ingress', 'password', 'none'],
        undefined,
        'Who may use the panel: Home Assistant users, whoever knows a password, or anybody on this machine. Default: none, under Home Assistant ingress.',
      ),
      hosts: list(
        { format: 'host' },
        [],
        'a list of host names',
        'More names under which the panel may be opened.',
      ),
      set_up_again: Type.Boolean({
        default: false,
        expected: 'true or false',
        description:
          'For a household that lost its passwords: each start writes a code to the log that gives an admin a new one. Take it out again afterwards.',
      }),
    }),
    direct: section({
      port: orNull(
        port(undefined, ''),
        'Port of a second door to panel and REST with a sign-in of its own, for phones and webhooks. Default: none, under Home Assistant 8097.',
      ),
    }),
    media: section({
      port: port(8098, 'Port where players fetch audio.'),
      host: host('0.0.0.0', 'Address the audio server listens on.'),
      upload_limit_mb: Type.Integer({
        minimum: 1,
        maximum: 1_048_576,
        default: 2048,
        expected: 'a whole number of megabytes from 1 to 1048576',
        description: 'Largest file that can be uploaded, in megabytes.',
      }),
    }),
    public_url: orNull(
      text('http-address', 'an address that begins with http:// or https://, without user name and password'),
      'Address of the audio server as players see it. Default: a guess from the network of this machine.',
      { addOn: 'optional' },
    ),
    public_url_consent: Type.Array(Type.Enum(['plain_http', 'container_address']), {
      default: [],
      addOn: 'optional',
      maxItems: 2,
      expected: 'a list of plain_http and container_address',
      description:
        'What cards in a Yoto account may carry all the same, after docs/reach.md was read. plain_http: addresses without https. container_address: 172.17.0.0 to 172.31.255.255, where that is the network of the house.',
    }),
    mqtt: section({
      url: text(
        'broker',
        'auto, embedded, mqtt://host:port or mqtts://host:port (user name and password have options of their own)',
        {
          default: 'auto',
          addOn: 'optional',
          description:
            'The local broker. auto: the one that Home Assistant names, elsewhere an embedded one, for this machine alone until user name and password are set.',
        },
      ),
      username: orNull(
        anyText(),
        "User name at the broker; also asked by the embedded one, and in place of Home Assistant's own with auto.",
        { addOn: 'optional' },
      ),
      password: orNull(anyText(), 'Password at the broker.', { writeOnly: true, addOn: 'optional' }),
      ca: orNull(
        text('path', 'the name of a file'),
        "File with the certificate (PEM) of the authority that signed the broker's.",
        { addOn: 'optional' },
      ),
      port: port(1883, 'Port of the embedded broker.', { addOn: 'optional' }),
      base_topic: topic('yoto', 'First part of all our topics.'),
      discovery_prefix: topic('homeassistant', 'Where Home Assistant looks for devices.'),
    }),
    yoto: section({
      client_id: orNull(anyText(), 'Client id of your app at Yoto. Without one there is no Yoto account.', {
        addOn: 'optional',
      }),
      api_url: orNull(webAddress(), "Yoto's REST interface. Default: Yoto's own."),
      auth_url: orNull(webAddress(), "Yoto's sign-in. Default: Yoto's own."),
      mqtt_url: orNull(
        text('cloud-broker', 'an address that begins with mqtts://, mqtt://, wss:// or ws://'),
        "Yoto's broker. Default: Yoto's own.",
      ),
      redirect_uri: text('http-address', 'an address that begins with http:// or https://', {
        default: 'http://127.0.0.1:8787/callback',
        description: 'Where Yoto sends the browser after the sign-in, as registered for the client id.',
      }),
      every_ability: Type.Boolean({
        default: false,
        addOn: 'optional',
        expected: 'true or false',
        description:
          'Offer lights and sensors for every player, also where its model is not known to have them: for models that are newer than this version, or wrong in its table.',
      }),
    }),
    simulate: Type.Union([Type.Enum(['auto', 'always', 'never']), Type.Boolean()], {
      default: 'auto',
      addOn: 'optional',
      expected: 'auto, always, never, true or false',
      description:
        'Simulated players instead of a Yoto account. auto: only outside Home Assistant, with the embedded broker and no client id.',
    }),
    location: section({
      latitude: orNull(
        degrees(90),
        'Degrees north, for sunrise and sunset. Default: as Home Assistant says; where it says none times of the sun are not known without it.',
      ),
      longitude: orNull(degrees(180), 'Degrees east, beside the latitude.'),
    }),
    plugins: list(
      { format: 'npm-name' },
      [],
      'a list of npm package names',
      'Packages with more triggers, conditions and actions, installed in node_modules of the config folder.',
    ),
    speech: section({
      provider: Type.String({
        pattern: '^[a-z][a-z0-9_]{0,39}$',
        default: 'none',
        expected:
          'none, home_assistant, wyoming, espeak or the name of a speech provider that a plug-in brings',
        description:
          'What turns the text of a story into sound: the speech of Home Assistant, a server of the Wyoming protocol, the program espeak-ng on this machine, or what a plug-in brings.',
      }),
      wyoming_url: orNull(
        text('wyoming', 'tcp://host:port'),
        'The Wyoming server, for the provider wyoming.',
      ),
      voice: orNull(
        anyText(),
        "Name of the voice: of Home Assistant an entity such as tts.piper, or with one of its voices tts.piper/en_GB-alba-medium; of wyoming and espeak as they name it. Default: the provider's own; of Home Assistant Piper, and no other.",
        { addOn: 'optional' },
      ),
      language: orNull(
        Type.String({
          pattern: '^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}$',
          expected: 'a language such as de or en-GB',
        }),
        'The language of the stories, for voices that speak several. Default: as the voice has it.',
      ),
    }),
    language: orNull(
      choice(languages, undefined, ''),
      'Language of the clips that the product speaks. Default: as Home Assistant says, else English.',
      { addOn: 'optional' },
    ),
    timezone: text('time-zone', 'the name of a time zone such as Europe/Berlin', {
      addOn: 'optional',
      description: 'Time zone of schedules. Default: the variable TZ, else that of this machine.',
    }),
    log_level: choice(['debug', 'info', 'warn', 'error'], 'info', 'Least important lines that are logged.', {
      addOn: 'shown',
    }),
    storage: Type.String({
      minLength: 1,
      default: 'sqlite',
      expected: 'sqlite',
      description: 'Where state is kept: sqlite is a file in the data folder.',
    }),
    trusted_proxies: list(
      { format: 'network' },
      [],
      'a list of addresses or networks such as 192.168.1.2 or 10.0.0.0/8',
      'Reverse proxies whose X-Forwarded-For is believed.',
    ),
    homeassistant: section({
      url: orNull(
        text(
          'bare-http-address',
          'an address that begins with http:// or https://, without a path, such as http://192.168.1.10:8123',
        ),
        'Where your browser opens Home Assistant, for rules and speech. Default: the Home Assistant whose app this is; elsewhere none.',
        { addOn: 'optional' },
      ),
      token: orNull(anyText(), 'A long-lived access token of the Home Assistant at homeassistant.url.', {
        writeOnly: true,
        addOn: 'optional',
      }),
      allow: list(
        { format: 'domain' },
        ['light', 'switch', 'scene', 'script', 'media_player', 'notify', 'input_boolean'],
        'a list of domains such as light',
        'Domains of Home Assistant in which rules may call actions.',
        { addOn: 'shown' },
      ),
    }),
  },
  { additionalProperties: false },
)

export type Options = Static<typeof optionsSchema>

function section<Properties extends Record<string, TSchema>>(properties: Properties) {
  return Type.Object(properties, { additionalProperties: false, default: {} })
}

/** What stands beside an option in its schema. `addOn`: in the form from the start, or when somebody asks for more. */
interface More {
  readonly addOn?: 'shown' | 'optional'
  readonly writeOnly?: true
}

function text(
  format: string,
  expected: string,
  more: More & { default?: string; description?: string } = {},
) {
  return Type.String({ format, expected, ...more })
}

function anyText() {
  return Type.String({ minLength: 1, expected: 'a text' })
}

function path(description: string) {
  return text('path', 'the path of a folder', { description })
}

function webAddress() {
  return text('http-address', 'an address that begins with http:// or https://')
}

function topic(fallback: string, description: string) {
  const expected = 'a topic without +, #, spaces, a leading $ and empty levels'
  return text('topic', expected, { default: fallback, description, addOn: 'optional' })
}

function host(fallback: string | undefined, description: string) {
  return text('host', 'an address or host name', {
    ...(fallback === undefined ? {} : { default: fallback }),
    description,
  })
}

function port(fallback: number | undefined, description: string, more: More = {}) {
  return Type.Integer({
    minimum: 0,
    maximum: 65_535,
    ...(fallback === undefined ? {} : { default: fallback }),
    expected: 'a whole number from 0 to 65535 (0: any free port)',
    description,
    ...more,
  })
}

function degrees(limit: number) {
  return Type.Number({ minimum: -limit, maximum: limit, expected: `degrees from -${limit} to ${limit}` })
}

function choice<const Values extends string[]>(
  values: readonly [...Values],
  fallback: Values[number] | undefined,
  description: string,
  more: More = {},
) {
  const expected = `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`
  return Type.Enum(values, {
    ...(fallback === undefined ? {} : { default: fallback }),
    expected,
    description,
    ...more,
  })
}

function list(
  item: { format: string },
  fallback: string[],
  expected: string,
  description: string,
  more: More = {},
) {
  return Type.Array(Type.String(item), { default: fallback, expected, description, maxItems: 1000, ...more })
}

/** `null` where the option is not set. What is expected is said by the schema inside. */
function orNull<Schema extends TSchema>(schema: Schema, description: string, more: More = {}) {
  const expected = 'expected' in schema ? String(schema.expected) : ''
  return Type.Union([schema, Type.Null()], { default: null, expected, description, ...more })
}
