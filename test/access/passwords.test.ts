import { describe, expect, test } from 'vitest'
import { nameOfPassword, Passwords, usualCost } from '../../src/access/passwords.ts'
import { cheap } from '../support/access.ts'

describe('a password', () => {
  const passwords = new Passwords(cheap)

  test('is kept as a hash that says what it cost, and never the same twice', async () => {
    const [one, other] = [await passwords.hash('correct horse'), await passwords.hash('correct horse')]
    expect(one).toMatch(/^\$scrypt\$ln=4,r=1,p=1\$[\w-]{22}\$[\w-]{43}$/)
    expect(one).not.toBe(other)
    expect(await passwords.verify('correct horse', one)).toBe(true)
    expect(await passwords.verify('correct horse', other)).toBe(true)
    expect(await passwords.verify('Correct horse', one)).toBe(false)
    expect(await passwords.verify('', one)).toBe(false)
  })

  test('costs at least 2^15 rounds of 32 MiB when nobody says otherwise', async () => {
    expect(usualCost.ln).toBeGreaterThanOrEqual(15)
    const real = new Passwords()
    const hash = await real.hash('correct horse')
    expect(hash).toContain('$ln=15,r=8,')
    expect(await real.verify('correct horse', hash)).toBe(true)
  })

  test.each(['short', '1234567', 'x'.repeat(257), '\u{1f34e}'.repeat(7)])(
    'of the wrong length is refused: %.20s',
    async (password) => {
      await expect(passwords.hash(password)).rejects.toMatchObject({
        code: 'unprocessable',
        message: 'password must have 8 to 256 characters',
      })
    },
  )

  test.each(['12345678', 'x'.repeat(256), '\u{1f34e}'.repeat(8)])(
    'of a right length is taken: %.20s',
    async (password) => {
      expect(await passwords.verify(password, await passwords.hash(password))).toBe(true)
    },
  )

  test('is the same however the keyboard composes its letters', async () => {
    expect(await passwords.verify('cafe\u0301-noir', await passwords.hash('café-noir'))).toBe(true)
  })

  test.each([
    '',
    'correct horse',
    '$scrypt$ln=4,r=1,p=1$$',
    `$scrypt$ln=40,r=8,p=1$${'a'.repeat(22)}$${'a'.repeat(43)}`,
    `$scrypt$ln=0,r=1,p=1$${'a'.repeat(22)}$${'a'.repeat(43)}`,
    `$scrypt$ln=4,r=99,p=1$${'a'.repeat(22)}$${'a'.repeat(43)}`,
  ])('is never right where the stored hash is none, or asks too much: %.30s', async (stored) => {
    expect(await passwords.verify('correct horse', stored)).toBe(false)
  })

  test('of nobody is never right, and costs what a real one costs', async () => {
    const real = new Passwords({ ln: 14, r: 8, p: 1 })
    const hash = await real.hash('correct horse')
    const timed = async (stored: string | null) => {
      const began = performance.now()
      expect(await real.verify('wrong horse', stored)).toBe(false)
      return performance.now() - began
    }
    const [someone, nobody] = [await timed(hash), await timed(null)]
    expect(nobody).toBeGreaterThan(someone / 4)
  })

  test('is hashed anew at a higher cost under the same name; at the same cost it stays', async () => {
    const old = await passwords.hash('correct horse')
    const dearer = new Passwords({ ln: 5, r: 1, p: 1 })
    const renewed = await dearer.renewed('correct horse', old)
    expect(renewed).toMatch(/^\$scrypt\$ln=5,/)
    expect(nameOfPassword(renewed ?? '')).toBe(nameOfPassword(old))
    expect(await dearer.verify('correct horse', renewed)).toBe(true)
    expect(await passwords.renewed('correct horse', old)).toBeNull()
  })

  test('is checked for so many people at a time that the rest of the product goes on', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 40 }, () => passwords.verify('correct horse', null)),
    )
    const refused = results.filter((result) => result.status === 'rejected')
    expect(refused).toHaveLength(18)
    expect(refused[0]?.reason).toMatchObject({ code: 'too_many', details: { retry_after_s: 5 } })
    expect(await passwords.verify('correct horse', null)).toBe(false)
  })
})
