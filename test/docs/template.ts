import {
  added,
  type Call,
  dictOf,
  filters,
  isEqual,
  isIn,
  isTrue,
  item,
  methods,
  numberOf,
  textOf,
  type Value,
} from './template-values.ts'

export interface Scope {
  readonly variables: Readonly<Record<string, Value>>
  /** Functions of Home Assistant, such as `states`. */
  readonly calls: Readonly<Record<string, Call>>
}

/**
 * What Home Assistant makes of a template: text, or the value itself where the whole text is one `{{ … }}`. Knows
 * the part of the template language that our blueprints use and throws at anything else, statements (`{%`) included.
 */
export function render(template: string, scope: Scope): Value {
  const whole = /^\s*\{\{(?<code>(?:(?!\}\}(?!\s*$)).)*)\}\}\s*$/s.exec(template)
  if (whole?.groups?.code !== undefined) return asNative(new Expression(whole.groups.code, scope).value())
  if (template.includes('{%')) throw new Error(`statements are not known here: ${template}`)
  return template.replace(/\{\{(.*?)\}\}/gs, (_match, code: string) =>
    textOf(new Expression(code, scope).value()),
  )
}

export function isTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%')
}

/** Home Assistant takes what looks like a number for one, save what begins with a zero. */
function asNative(value: Value): Value {
  return typeof value === 'string' && /^[+-]?(?!0\d)\d+(?:\.\d*)?$/.test(value) ? Number(value) : value
}

const tokenPattern =
  /\s+|(?<number>\d+(?:\.\d+)?)|(?<text>'[^']*'|"[^"]*")|(?<name>[A-Za-z_]\w*)|(?<sign>==|!=|>=|<=|[-+*~|.,:()[\]{}<>=])/gy

type Token = { readonly kind: 'number' | 'text' | 'name' | 'sign' | 'end'; readonly text: string }

function tokensOf(code: string): Token[] {
  const tokens: Token[] = []
  let read = 0
  for (const match of code.matchAll(tokenPattern)) {
    read = match.index + match[0].length
    const [kind, text] = Object.entries(match.groups ?? {}).find(([, found]) => found !== undefined) ?? []
    if (kind !== undefined && text !== undefined) tokens.push({ kind: kind as Token['kind'], text })
  }
  if (read !== code.length) throw new Error(`cannot be read: ${code.slice(read)}`)
  return [...tokens, { kind: 'end', text: '' }]
}

/** One expression, evaluated while it is read; both branches of a choice are read, and an error in either counts. */
class Expression {
  readonly #tokens: Token[]
  readonly #scope: Scope
  #at = 0

  constructor(code: string, scope: Scope) {
    this.#tokens = tokensOf(code)
    this.#scope = scope
  }

  value(): Value {
    const value = this.#choice()
    if (this.#next.kind !== 'end') throw new Error(`not expected here: ${this.#next.text}`)
    return value
  }

  get #next(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '' }
  }

  #takes(text: string): boolean {
    const found = this.#next.text === text && this.#next.kind !== 'text'
    if (found) this.#at += 1
    return found
  }

  #needs(text: string): void {
    if (!this.#takes(text)) throw new Error(`expected ${text}, found ${this.#next.text || 'the end'}`)
  }

  #choice(): Value {
    const value = this.#either()
    if (!this.#takes('if')) return value
    const condition = this.#either()
    this.#needs('else')
    const other = this.#choice()
    return isTrue(condition) ? value : other
  }

  #either(): Value {
    let value = this.#both()
    while (this.#takes('or')) {
      const other = this.#both()
      value = isTrue(value) ? value : other
    }
    return value
  }

  #both(): Value {
    let value = this.#comparison()
    while (this.#takes('and')) {
      const other = this.#comparison()
      value = isTrue(value) ? other : value
    }
    return value
  }

  #comparison(): Value {
    const value = this.#sum()
    if (this.#takes('==')) return isEqual(value, this.#sum())
    if (this.#takes('!=')) return !isEqual(value, this.#sum())
    if (this.#takes('>')) return numberOf(value) > numberOf(this.#sum())
    if (this.#takes('in')) return isIn(value, this.#sum())
    return value
  }

  #sum(): Value {
    let value = this.#joined()
    while (this.#takes('+')) value = added(value, this.#joined())
    return value
  }

  #joined(): Value {
    let value = this.#product()
    while (this.#takes('~')) value = textOf(value) + textOf(this.#product())
    return value
  }

  #product(): Value {
    let value = this.#filtered()
    while (this.#takes('*')) value = numberOf(value) * numberOf(this.#filtered())
    return value
  }

  #filtered(): Value {
    let value = this.#reached()
    while (this.#takes('|')) {
      const name = this.#name()
      const filter = filters[name]
      if (filter === undefined) throw new Error(`unknown filter ${name}`)
      const { positional, named } = this.#takes('(') ? this.#arguments() : { positional: [], named: {} }
      value = filter([value, ...positional], named)
    }
    return value
  }

  #reached(): Value {
    let value = this.#primary()
    for (;;) {
      if (this.#takes('.')) value = this.#member(value, this.#name())
      else if (this.#takes('[')) {
        value = item(value, this.#choice())
        this.#needs(']')
      } else return value
    }
  }

  #member(value: Value, name: string): Value {
    if (!this.#takes('(')) return item(value, name)
    const { positional } = this.#arguments()
    const method = methods[name]
    if (method === undefined) throw new Error(`unknown method ${name}`)
    return method([value, ...positional], {})
  }

  #primary(): Value {
    const { kind, text } = this.#next
    if (kind === 'name') return this.#named()
    this.#at += 1
    if (kind === 'number') return Number(text)
    if (kind === 'text') return text.slice(1, -1)
    if (text === '[') return this.#list(']')
    if (text === '{') return this.#dict()
    if (text === '(') return this.#inParentheses()
    throw new Error(`not expected here: ${text || 'the end'}`)
  }

  #named(): Value {
    const name = this.#name()
    if (name === 'true' || name === 'false') return name === 'true'
    if (!this.#takes('(')) {
      if (Object.hasOwn(this.#scope.variables, name)) return this.#scope.variables[name]
      throw new Error(`${name} is not defined`)
    }
    const { positional, named } = this.#arguments()
    const call = name === 'dict' ? dictOf : this.#scope.calls[name]
    if (call === undefined) throw new Error(`unknown function ${name}`)
    return call(positional, named)
  }

  #inParentheses(): Value {
    const first = this.#choice()
    if (this.#takes(')')) return first
    this.#needs(',')
    return [first, ...this.#list(')')]
  }

  #list(end: string): Value[] {
    const items: Value[] = []
    while (!this.#takes(end)) {
      items.push(this.#choice())
      if (this.#next.text !== end) this.#needs(',')
    }
    return items
  }

  #dict(): Value {
    const entries: Value[][] = []
    while (!this.#takes('}')) {
      const key = this.#choice()
      this.#needs(':')
      entries.push([key, this.#choice()])
      if (this.#next.text !== '}') this.#needs(',')
    }
    return dictOf([entries], {})
  }

  #arguments(): { positional: Value[]; named: Record<string, Value> } {
    const positional: Value[] = []
    const named: Record<string, Value> = {}
    while (!this.#takes(')')) {
      const after = this.#tokens[this.#at + 1]
      if (this.#next.kind === 'name' && after?.text === '=') {
        const name = this.#name()
        this.#needs('=')
        named[name] = this.#choice()
      } else positional.push(this.#choice())
      if (this.#next.text !== ')') this.#needs(',')
    }
    return { positional, named }
  }

  #name(): string {
    const { kind, text } = this.#next
    if (kind !== 'name') throw new Error(`expected a name, found ${text || 'the end'}`)
    this.#at += 1
    return text
  }
}
