import type { Story } from '../../src/core/story.ts'
import type { Diagnostic } from '../../src/language/diagnostic.ts'
import { readRuleFiles } from '../../src/rules/read/rule-files.ts'
import { readStories } from '../../src/stories/read/section.ts'
import { readingOf } from '../support/rules.ts'

/** The stories of one file and all that is said of it, what is merely worth knowing too. */
export async function readFile(
  text: string,
): Promise<{ readonly stories: ReadonlyMap<string, Story>; readonly said: readonly Diagnostic[] }> {
  const sources = [{ file: 'a.yaml', text }]
  const adviceAt = new Date('2027-01-15T12:00:00Z')
  const { ruleSet, diagnostics } = await readRuleFiles(sources, readingOf({ stories: readStories, adviceAt }))
  return { stories: ruleSet.stories ?? new Map(), said: diagnostics }
}

/** A file with one story `s`; its lines stand four to the right. */
export function storyFile(...lines: readonly string[]): string {
  return `stories:\n  s:\n${lines.map((line) => `    ${line}\n`).join('')}`
}

/** The same of scenes alone, six to the right from line 4 on. */
export function scenesFile(...lines: readonly string[]): string {
  return storyFile('scenes:', ...lines.map((line) => `  ${line}`))
}

/** What is said of a story, a line for each: `3:5 key/unknown unknown key "scene"`. Its help stands behind ` | `. */
export async function saidOf(text: string): Promise<readonly string[]> {
  return (await readFile(text)).said.map(
    ({ line, column, code, message, help }) =>
      `${line}:${column} ${code} ${message}${help === undefined ? '' : ` | ${help}`}`,
  )
}

/** What is found in a story: `warning story/unreachable` and what it is about. */
export async function foundIn(text: string): Promise<readonly string[]> {
  return (await readFile(text)).said.map(({ level, code, message }) => `${level} ${code} ${message}`)
}
