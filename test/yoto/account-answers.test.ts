import { expect, test } from 'vitest'
import { readBrowserAnswer } from '../../src/yoto/authorization-code-answer.ts'

const state = 'Zk3-_abcdefghijklmnopqrstuvwxyz0123456789AB'
const code = 'a1B2-c3_D4.e5~f6'
const whole = `http://127.0.0.1:8787/callback?code=${code}&state=${state}`

test.each([
  ['the whole address', whole],
  ['an address with what browsers add', `${whole}#_=_`],
  ['its query', `?code=${code}&state=${state}`],
  ['its query without the sign', `state=${state}&code=${code}`],
  ['spaces and line ends around it', `\r\n  ${whole}\n\n`],
  ['an address that was wrapped', `${whole.slice(0, 50)}\n${whole.slice(50, 70)}\r\n  ${whole.slice(70)}`],
  ['quotes', `"${whole}"`],
  ['quotes of a word processor', `“${whole}”`],
  ['brackets of a mail program', `<${whole}>`],
  ['an address out of a web page', whole.replace('&', '&amp;')],
  ['no-break spaces and marks without width', `\u00a0\u200b${whole}\ufeff`],
  ['code and state beside each other', `code=${code} state=${state}`],
  ['code and state on lines of their own', `code=${code}\nstate=${state}\n`],
  ['code and state with a comma', `code=${code}, state=${state}`],
  ['the two words alone', `${code} ${state}`],
  ['the two words the other way round', `${state}\n${code}`],
  ['a fixed query of the registered address', whole.replace('?', '?from=yoto&')],
])('an answer is found in %s', (_, text) => {
  expect(readBrowserAnswer(text, state)).toEqual({ code })
})

const failure = (text: string) => {
  try {
    return readBrowserAnswer(text, state)
  } catch (thrown) {
    return thrown
  }
}

test.each([
  ['nothing', ''],
  ['something else', 'https://login.yotoplay.com/u/login'],
  ['a code that stands there twice', `${whole}&code=other`],
  ['an empty code', `?code=&state=${state}`],
  ['a bare code', code],
  ['very much text', 'x'.repeat(100_000)],
])('%s is said to hold no code', (_, text) => {
  expect(failure(text)).toMatchObject({ code: 'unprocessable', message: expect.stringContaining('code=') })
})

test('a code without a state is said not to be whole', () => {
  expect(failure(`http://127.0.0.1:8787/callback?code=${code}`)).toMatchObject({
    code: 'unprocessable',
    message: expect.stringContaining('state='),
  })
})

test.each(['x', `${state}x`, state.slice(0, -1), state.toLowerCase()])(
  'the state has to be the very same: %s',
  (other) => {
    for (const text of [`?code=${code}&state=${other}`, `?error=access_denied&state=${other}`])
      expect(failure(text)).toMatchObject({ code: 'conflict' })
  },
)

test('no message repeats what was sent', () => {
  for (const text of [whole.replace(state, 'other-state'), `?code=${code}`, 'some nonsense'])
    for (const secret of [code, 'other-state', 'nonsense']) {
      const { message } = failure(text) as Error
      expect(message).not.toContain(secret)
    }
})

test('a refusal comes with its words, on one line and not too long', () => {
  const words = `User did not\n<b>authorize</b> ${'x'.repeat(1000)}`
  const query = new URLSearchParams({ error: 'access_denied', error_description: words, state })
  const answer = readBrowserAnswer(`http://127.0.0.1:8787/callback?${query}`, state)
  expect(answer).toEqual({
    refused: 'access_denied',
    words: `User did not <b>authorize</b> ${'x'.repeat(1000)}`.slice(0, 200),
  })
})
