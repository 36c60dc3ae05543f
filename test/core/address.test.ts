import { expect, test } from 'vitest'
import { hostInUrl, isLoopback } from '../../src/core/address.ts'

test.each([
  'localhost',
  'LOCALHOST',
  '127.0.0.1',
  '127.255.255.255',
  '::1',
  '::ffff:127.0.0.1',
  '::FFFF:127.9.9.9',
])('%s reaches this machine only', (host) => expect(isLoopback(host)).toBe(true))

test.each([
  '0.0.0.0',
  '::',
  '10.0.0.1',
  '127.1',
  '127.0.0.256',
  '127.0.0.01',
  '127.0.0.1.example.com',
  '127.0.0.1.5',
  'localhost.example.com',
  '::ffff:10.0.0.1',
  '[::1]',
  '',
])('%j is not taken for this machine', (host) => expect(isLoopback(host)).toBe(false))

test('only IPv6 goes into brackets', () => {
  expect(['nas.local', '10.0.0.1', 'fd00::5'].map(hostInUrl)).toEqual(['nas.local', '10.0.0.1', '[fd00::5]'])
})
