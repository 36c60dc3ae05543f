import { css } from 'lit'

export const historyLook = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1rem;
  }
  .take {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.75rem 1.5rem;
    padding: 1rem 1.1rem;
  }
  .take p {
    flex: 1 1 18rem;
    max-width: 48rem;
  }
  .filters {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 14rem), 20rem));
    gap: 0.75rem 1rem;
  }
  .day {
    padding: 1rem 0.6rem;
  }
  h3 {
    padding: 0 0.5rem 0.5rem;
    font-size: 1rem;
  }
  .minute {
    display: grid;
    grid-template-columns: 4.5rem minmax(0, 1fr);
    border-top: 1px solid var(--line);
  }
  .time {
    padding: 0.7rem 0.5rem;
    color: var(--muted);
    font-size: 0.875rem;
    font-variant-numeric: tabular-nums;
  }
  .minute li > ol {
    margin-inline-start: 1.05rem;
    padding-inline-start: 0.3rem;
    border-inline-start: 2px solid var(--line);
  }
  #end:focus-visible {
    outline: none;
  }
  @media (max-width: 480px) {
    .minute {
      grid-template-columns: minmax(0, 1fr);
    }
    .time {
      padding-bottom: 0;
    }
    .minute li > ol {
      margin-inline-start: 0.5rem;
      padding-inline-start: 0.15rem;
    }
  }
`
