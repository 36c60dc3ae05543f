import { css } from 'lit'

/** What the parts of the page of the rules share. */
export const rulesLook = css`
  section {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.75rem;
  }
  h3 {
    font-size: 1.1rem;
    line-height: 1.4;
    overflow-wrap: anywhere;
  }
  h3:focus-visible {
    outline: none;
  }
  h4 {
    margin: 0;
    font-size: 1rem;
    line-height: 1.4;
    overflow-wrap: anywhere;
  }
  .part {
    padding: 1rem 1.1rem;
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.75rem;
  }
  li.part + li.part {
    border-top: 1px solid var(--line);
  }
  .line {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.25rem 1rem;
  }
  .line > :first-child {
    flex: 1 1 12rem;
    min-width: 0;
  }
  .badge {
    display: inline-block;
    padding: 0 0.55rem;
    border-radius: 999px;
    background: var(--sunken);
    color: var(--text);
    font-size: 0.8125rem;
    font-weight: 500;
    line-height: 1.5rem;
  }
  .badge.held {
    background: var(--warn-surface);
    color: var(--warn-text);
  }
`
