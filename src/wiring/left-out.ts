import type { Checked } from './check-command.ts'

/** The files whose rules a command did not see, by name. */
export function leftOut({ problems, findings }: Pick<Checked, 'problems' | 'findings'>): string[] {
  const faulty = findings.filter(({ level }) => level === 'error').map(({ file }) => file)
  return [...new Set([...problems.map(({ file }) => file), ...faulty])]
}

/** The same as a line below an answer; empty where nothing is left out. */
export function leftOutInWords(checked: Pick<Checked, 'problems' | 'findings'>): string {
  const files = leftOut(checked)
  if (files.length === 0) return ''
  const are = files.length === 1 ? 'is' : 'are'
  return `\n${files.join(', ')} ${are} left out of this for errors: the command check says which.\n`
}
