import { css } from 'lit'

/** The page before somebody is in. It is no shadow's, so it names what it means. */
export const entryLook = css`
  .door {
    display: grid;
    grid-template-columns: minmax(0, 25rem);
    justify-content: center;
    align-content: center;
    gap: 1.25rem;
    min-height: 100dvh;
    padding: 1.5rem clamp(0.75rem, 3vw, 2rem) 12vh;
    color: var(--text);
  }
  main.door[aria-live] {
    color: var(--muted);
    text-align: center;
    font-size: 0.875rem;
  }
  .door h1,
  .door .name {
    margin: 0;
    font-size: 1.35rem;
    font-weight: 700;
    line-height: 1.3;
    letter-spacing: -0.01em;
    text-align: center;
  }
  .entrance {
    padding: clamp(1.1rem, 5vw, 1.75rem);
  }
  .entrance h2 {
    font-size: 1.15rem;
    line-height: 1.3;
    overflow-wrap: anywhere;
  }
  .entrance button.main {
    min-height: 48px;
  }
  dialog.again {
    width: 100%;
    max-width: none;
    height: 100%;
    max-height: none;
    margin: 0;
    padding: 0;
    border: 0;
    background: var(--page);
  }
`
