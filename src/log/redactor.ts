/** Takes secrets out of texts. */
export interface Redactor {
  /** From now on this text is masked wherever it stands; one of fewer than six characters is too common for that. */
  add(secret: string): void
  readonly redact: (text: string) => string
}

const mask = '***'
const shortestSecret = 6
// Tokens are renewed for years; those of long ago no longer open anything.
const mostSecrets = 1000

export function createRedactor(): Redactor {
  const secrets = new Set<string>()
  // Made at the next line after a secret was added.
  let known: RegExp | null = null
  return {
    add(secret) {
      if (secret.length < shortestSecret) return
      for (const spelling of spellings(secret)) {
        secrets.delete(spelling)
        secrets.add(spelling)
      }
      for (const oldest of secrets) {
        if (secrets.size <= mostSecrets) break
        secrets.delete(oldest)
      }
      known = null
    },
    redact(text) {
      if (secrets.size > 0) known ??= patternOf(secrets)
      return maskPatterns(known === null ? text : text.replace(known, mask))
    },
  }
}

/** The ways in which a secret appears in plain text, in JSON and in addresses. */
function spellings(secret: string): string[] {
  const wellFormed = secret.replaceAll(/\p{Surrogate}/gu, '\ufffd')
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(wellFormed)]
}

/** Longer ones first, or a secret that begins another one would leave its rest standing. */
function patternOf(secrets: ReadonlySet<string>): RegExp {
  const longestFirst = [...secrets].sort((one, other) => other.length - one.length)
  return new RegExp(
    longestFirst.map((secret) => secret.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'),
    'g',
  )
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

function maskPatterns(text: string): string {
  return patterns.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), text)
}
