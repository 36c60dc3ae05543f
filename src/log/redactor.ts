/** Takes secrets out of texts. */
export interface Redactor {
  /**
   * From now on this text is masked wherever it stands, in all texts and at once; one of fewer than six characters
   * is too common for that. `shown` takes its place, `***` where there is none: for a media key its beginning.
   */
  readonly add: (secret: string, shown?: string) => void
  /** The same for good; of those that `add` learns the oldest are forgotten after thousands of others. */
  readonly addLasting: (secret: string) => void
  readonly redact: (text: string) => string
  /** The same for every text in a value that JSON can say, and for the names in it. */
  readonly redactAll: <Value>(value: Value) => Value
}

interface Known {
  readonly spelling: string
  readonly shown: string
}

const mask = '***'
const shortestSecret = 6
// Tokens are renewed for years; those of long ago no longer open anything.
const mostSecrets = 10_000

export function createRedactor(): Redactor {
  const passing = new KnownSecrets(mostSecrets)
  const lasting = new KnownSecrets(Number.POSITIVE_INFINITY)
  const redact = (text: string) => maskPatterns(passing.mask(lasting.mask(text)))
  return {
    add: (secret, shown = mask) => passing.add(secret, shown),
    addLasting: (secret) => lasting.add(secret, mask),
    redact,
    redactAll: eachText(redact),
  }
}

/** Secrets by their first six characters, so that a text is looked through once, however many there are. */
class KnownSecrets {
  readonly #byStart = new Map<string, Known[]>()
  readonly #shownOf = new Map<string, string>()
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  add(secret: string, shown: string): void {
    if (secret.length < shortestSecret) return
    for (const spelling of spellings(secret)) {
      this.#forget(spelling)
      this.#shownOf.set(spelling, shown)
      const start = spelling.slice(0, shortestSecret)
      // Longer ones first, or a secret that begins another one would leave its rest standing.
      const alike = [...(this.#byStart.get(start) ?? []), { spelling, shown }]
      this.#byStart.set(
        start,
        alike.sort((one, other) => other.spelling.length - one.spelling.length),
      )
    }
    for (const oldest of this.#shownOf.keys()) {
      if (this.#shownOf.size <= this.#most) break
      this.#forget(oldest)
    }
  }

  mask(text: string): string {
    if (this.#byStart.size === 0) return text
    let masked = ''
    let from = 0
    for (let at = 0; at <= text.length - shortestSecret; ) {
      const alike = this.#byStart.get(text.slice(at, at + shortestSecret))
      const found = alike?.find(({ spelling }) => text.startsWith(spelling, at))
      if (found === undefined) {
        at++
        continue
      }
      masked += text.slice(from, at) + found.shown
      at += found.spelling.length
      from = at
    }
    return masked + text.slice(from)
  }

  #forget(spelling: string): void {
    if (!this.#shownOf.delete(spelling)) return
    const start = spelling.slice(0, shortestSecret)
    const others = this.#byStart.get(start)?.filter((one) => one.spelling !== spelling) ?? []
    if (others.length === 0) this.#byStart.delete(start)
    else this.#byStart.set(start, others)
  }
}

/** The ways in which a secret appears in plain text, in JSON and in addresses. */
function spellings(secret: string): Set<string> {
  const wellFormed = secret.replaceAll(/\p{Surrogate}/gu, '\ufffd')
  return new Set([secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(wellFormed)])
}

function eachText(redact: (text: string) => string): <Value>(value: Value) => Value {
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') return redact(value)
    if (Array.isArray(value)) return value.map(walk)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [redact(name), walk(inner)]))
  }
  return <Value>(value: Value) => walk(value) as Value
}

/** What looks like a secret. Repetitions are bounded or begin at a rare text, so that hostile input stays cheap. */
const patterns: readonly [RegExp, string][] = [
  // JSON web tokens: the first part is always an object in base64.
  [/(?<=^|[^\w-]|%[0-9a-f]{2})eyJ[\w-]{5,}(\.[\w-]+){1,4}\.?/gi, mask],
  [/\b(bearer(?:(?:\s|%20|\+){1,4}|["']?[:=]\s?["']?))[^\s"',;&\\]+/gi, `$1${mask}`],
  [/\b(authorization["']?\s{0,4}[:=]\s{0,4}["']?(?:basic|digest|token)\s{1,4})[^\s"',;]+/gi, `$1${mask}`],
  // The media key in a path keeps its first six characters, so that lines can be told apart.
  [/((\/|%2f)media\2[^\s/"'?#%&…]{6})[^\s/"'?#%&…]+/gi, '$1…'],
  // User names stay, passwords go, also those with signs that should have been encoded.
  [/(:\/\/[^\s/:@"']{0,200}):[^\s/"'<>]{1,500}@/g, `$1:${mask}@`],
  [/(:\/\/)[^\s/:@"'.]{16,500}@/g, `$1${mask}@`],
  // Messages about the option itself say what was found; a password is written behind the name at once.
  [
    /((?:password|passwd|passphrase)["']?\s{0,2}[=:]\s{0,2})(?!found )(?:"(?:[^"\\]|\\.){1,500}"|'[^']{1,500}'|[^\s"'&,;}]+)/gi,
    `$1${mask}`,
  ],
  [
    /((?:token|secret|key|verifier|cookie|signature)\\?["']?\s{0,2}[=:]\s{0,2}\\?["']?)[\w+/.~%-]{16,}={0,2}/gi,
    `$1${mask}`,
  ],
  [/(\b\w{0,20}code["']?\s{0,2}[=:]\s{0,2}["']?)(?=[\w.~%-]{0,64}\d)[\w.~%-]{16,}/gi, `$1${mask}`],
  [/\b((?:token|secret|key)\s{1,2}["']?)(?=[\w-]{0,64}\d)[\w-]{20,}={0,2}/gi, `$1${mask}`],
]

// Every pattern has one of these in it, and most texts have none: that is found out in one go.
const tell =
  /eyj|bearer|authorization|media|:\/\/|passw|passphrase|token|secret|key|verifier|cookie|signature|code/i

function maskPatterns(text: string): string {
  if (!tell.test(text)) return text
  return patterns.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), text)
}
