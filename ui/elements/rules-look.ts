import { css } from 'lit'
import { badgeLook } from './badge-look.ts'

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
  ${badgeLook}
`
