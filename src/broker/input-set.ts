import { fittingInput, formOf, type Input } from '../core/input.ts'
import { type PlainValue, takenBy } from '../core/value-form.ts'
import { number, oneOf, press, type Read, type Refusal, wrongValue } from './reading.ts'

const longestShown = 200

/** `<base>/input/<id>/state`: a plain word or number. A button has no state. */
export function inputState({ type, value }: Input): string {
  return type === 'switch' ? (value === true ? 'ON' : 'OFF') : String(value)
}

/** `<base>/input/<id>/set`: what the input is set to, as its state says it; `PRESS` for a button. */
export function readInputSet(
  input: Input,
  payload: string,
): Refusal | { readonly ok: true; readonly value: PlainValue } {
  const read = valueIn(input, payload)
  if ('expected' in read) return wrongValue(null, payload.slice(0, longestShown), read.expected)
  return { ok: true, value: read.value }
}

function valueIn(input: Input, payload: string): Read<PlainValue> {
  const expected = takenBy(formOf(input))
  switch (input.type) {
    case 'switch': {
      const read = oneOf(['on', 'off', 'true', 'false'])(payload)
      return 'value' in read
        ? { value: read.value === 'on' || read.value === 'true' }
        : { expected: 'ON or OFF' }
    }
    case 'select':
      return input.options.includes(payload) ? { value: payload } : { expected }
    case 'number': {
      const read = number(input)(payload)
      return 'value' in read && isFitting(input, read.value) ? read : { expected }
    }
    case 'button': {
      const read = press(payload)
      return 'value' in read ? read : { expected: 'PRESS' }
    }
  }
}

function isFitting(input: Input, value: number): boolean {
  try {
    return fittingInput(input, value) === value
  } catch {
    return false
  }
}
