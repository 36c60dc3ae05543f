import type { RuleFileView, RuleFinding } from '../src/http/api/rules.ts'
import { type Diagnostic, excerptOf } from '../src/language/diagnostic.ts'
import type { PlanView } from './plan.ts'
import { ask } from './request.ts'

export type { RuleFileView, RuleFinding }

/** A rule as the page shows it. */
export type RuleView = RuleFileView['rules'][number]

/** The rule files as they stand, and what could not be read. */
export interface RulesView {
  readonly files: readonly RuleFileView[]
  readonly unread: readonly { readonly file: string; readonly text: string }[]
}

/** The text of a file, and the state of it that a change is meant for. */
export interface WrittenText {
  readonly text: string
  readonly etag: string
}

const planDays = 7

export function fetchRules(): Promise<RulesView> {
  return ask('GET', 'rules')
}

export function fetchPlan(): Promise<PlanView> {
  return ask('GET', `plan?days=${planDays}`)
}

/** Where that is what its file says, the file decides again. */
export async function switchRule(
  { id, enabled_in_file }: Pick<RuleView, 'id' | 'enabled_in_file'>,
  enabled: boolean,
): Promise<void> {
  await ask('POST', 'rules/enable', { rule: id, enabled: enabled === enabled_in_file ? null : enabled })
}

/** What a rule or the schedule of a stream does, in plain English. */
export async function fetchExplanation(kind: 'rule' | 'schedule', name: string): Promise<string> {
  const { explanations } = await ask<{ explanations: readonly { text: string }[] }>('POST', 'rules/explain', {
    [kind]: name,
  })
  return explanations.map(({ text }) => text.trim()).join('\n\n')
}

export function readRuleFile(file: string): Promise<WrittenText> {
  return ask('POST', 'rules/read', { file })
}

/** @throws RequestError 412 where somebody changed the file since it was read, or it is gone. */
export function writeRuleFile(file: string, { text, etag }: WrittenText): Promise<RuleFileView> {
  return ask('POST', 'rules/write', { file, text }, { 'if-match': `"${etag}"` })
}

/** What there would be to say if the file read like that. */
export async function checkRuleFile(file: string, text: string): Promise<readonly RuleFinding[]> {
  const { findings } = await ask<{ findings: readonly Diagnostic[] }>('POST', 'rules/check', { file, text })
  return findings.map((finding) => ({
    ...finding,
    excerpt: finding.file === file ? excerptOf(finding, text) : null,
  }))
}

export async function formatRules(text: string): Promise<string> {
  return (await ask<{ text: string }>('POST', 'rules/format', { text })).text
}

/** Whether there is nothing to say of any file. */
export function isAllWell({ files, unread }: RulesView): boolean {
  return (
    unread.length === 0 &&
    files.every(
      ({ state, findings, would_break }) =>
        state === 'running' && findings.length === 0 && would_break.length === 0,
    )
  )
}
