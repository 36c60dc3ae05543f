import { AppError } from '../core/error.ts'

/** What stands behind `--seed`. @throws AppError `invalid` */
export function seedOf(written: string): number {
  if (/^\d{1,10}$/.test(written)) return Number(written)
  throw new AppError(
    'invalid',
    `argument --seed: found ${JSON.stringify(written.slice(0, 80))}, expected a whole number`,
  )
}
