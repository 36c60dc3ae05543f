import { css, html, nothing } from 'lit'
import type { RuleFinding } from '../rules.ts'
import type { Say } from '../text.ts'

const levelNames = {
  error: 'rules.error',
  warning: 'rules.warning',
  info: 'rules.info',
} as const satisfies Record<RuleFinding['level'], string>

/** What there is to say of a file, as the log says it. The product's words are English. */
export function findingList(findings: readonly RuleFinding[], say: Say) {
  return html`<ol class="findings" role="list">
    ${findings.map((finding) => oneFinding(finding, say))}
  </ol>`
}

function oneFinding({ file, line, column, level, code, message, help, excerpt }: RuleFinding, say: Say) {
  const place = say('rules.place', { file, line, column })
  return html`<li class=${level}>
    <p class="where"><strong>${say(levelNames[level])}</strong> <span>${place}</span> <code>${code}</code></p>
    <p lang="en">${message}</p>
    ${excerpt === null ? nothing : html`<pre tabindex="0" role="group" aria-label=${place}>${excerpt}</pre>`}
    ${help === undefined ? nothing : html`<p class="help" lang="en">${help}</p>`}
  </li>`
}

export const findingLook = css`
  .findings {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1rem;
  }
  .findings li {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.35rem;
    padding-inline-start: 0.85rem;
    border-inline-start: 3px solid var(--line);
    overflow-wrap: anywhere;
  }
  .findings .error {
    border-color: var(--bad);
  }
  .findings .warning {
    border-color: var(--warn-line);
  }
  .where {
    display: flex;
    flex-wrap: wrap;
    gap: 0 0.75rem;
    color: var(--muted);
    font-size: 0.875rem;
  }
  .where strong {
    color: var(--text);
  }
  .error .where strong {
    color: var(--bad);
  }
  .findings code,
  pre {
    font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
    font-size: 0.8125rem;
  }
  pre {
    margin: 0;
    padding: 0.6rem 0.75rem;
    border-radius: 10px;
    background: var(--sunken);
    line-height: 1.45;
    overflow-x: auto;
    white-space: pre;
    overflow-wrap: normal;
    tab-size: 4;
  }
  .help {
    font-size: 0.9375rem;
  }
`
