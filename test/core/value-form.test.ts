import { expect, test } from 'vitest'
import { fittedTo, isWritten, type PlainValue, type ValueForm, valueIn } from '../../src/core/value-form.ts'

const halves: ValueForm = { type: 'number', min: 1, max: 3.2, step: 0.5 }
const tenths: ValueForm = { type: 'number', min: 0, max: 1, step: 0.1 }
const flag: ValueForm = { type: 'flag' }
const choice: ValueForm = { type: 'choice', options: ['true', '5', 'wild'] }

test.each<[ValueForm, PlainValue, PlainValue | null]>([
  [halves, 1.5, 1.5],
  [halves, 1.7, 1.5],
  [halves, 3.1, 3],
  [halves, 9, 3.2],
  [halves, -9, 1],
  [halves, Number.POSITIVE_INFINITY, null],
  [halves, '2', null],
  [tenths, 0.3, 0.3],
  [tenths, 0.1 + 0.2, 0.3],
  [flag, true, true],
  [flag, 'true', null],
  [choice, '5', '5'],
  [choice, 5, null],
])('of %j the value %j is %j', (form, value, fitted) => {
  expect(fittedTo(form, value)?.value ?? null).toBe(fitted)
})

test('0.1 + 0.2 is a step', () => expect(fittedTo(tenths, 0.1 + 0.2)?.why).toBeNull())

test.each<[ValueForm, string, PlainValue | null]>([
  [halves, '2.50', 2.5],
  [halves, '2.3', null],
  [halves, 'two', null],
  [flag, 'true', true],
  [flag, 'TRUE', true],
  [flag, 'on', null],
  [choice, 'true', 'true'],
  [choice, 'tame', null],
])('of %j the word %s is %j', (form, text, value) => {
  expect(valueIn(form, text)).toBe(value)
  if (value !== null) expect(isWritten(text, value)).toBe(true)
})
