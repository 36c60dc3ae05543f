import type { JsonObject } from '../core/json.ts'
import { Zip } from '../stories/import/zip.ts'
import { textOf } from './answer-lines.ts'

const problemsName = 'problems.txt'

/**
 * How many cards a back-up has, and what it says of those that are missing in it.
 * @throws AppError `unprocessable` for a zip that is not whole
 */
export async function contentOfBackup(path: string): Promise<JsonObject> {
  const zip = await Zip.open(path)
  try {
    const { names } = zip
    const told = names.includes(problemsName) ? (await zip.bytes(problemsName)).toString('utf8') : ''
    // A heading stands above, and an empty line.
    const [, , ...problems] = told.split('\n')
    return {
      cards: names.filter((name) => name !== problemsName).length,
      problems: problems.filter((line) => line !== ''),
    }
  } finally {
    zip.close()
  }
}

/** One line, of what was found in it. */
export function backupInWords({ file, cards, problems }: JsonObject): string {
  const missing = Array.isArray(problems) ? problems.length : 0
  const counted = cards === 1 ? '1 card' : `${textOf(cards)} cards`
  const words = missing === 0 ? '' : `; ${missing} missing, named in ${problemsName}`
  return `${textOf(file)} is written: ${counted}${words}.\n`
}
