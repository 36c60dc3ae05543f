import { css } from 'lit'

export const panelLook = css`
  .page {
    max-width: 1180px;
    margin: 0 auto;
    padding: 1rem clamp(0.75rem, 3vw, 2rem) 4rem;
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1.5rem;
  }
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.25rem 0.75rem;
    min-height: 3rem;
  }
  h1 {
    margin: 0;
    font-size: clamp(1.05rem, 4.4vw, 1.35rem);
    line-height: 1.3;
    letter-spacing: -0.01em;
  }
  h2 {
    font-size: 1rem;
    margin-bottom: 0.75rem;
    color: var(--muted);
    font-weight: 600;
  }
  .account {
    display: inline-flex;
    align-items: center;
    gap: 0.45rem;
    margin-inline-start: auto;
    font-size: 0.875rem;
    color: var(--muted);
  }
  .dot {
    flex: none;
    width: 9px;
    height: 9px;
    border-radius: 50%;
    border: 2px solid var(--muted);
  }
  .dot.on {
    border-color: var(--good);
    background: var(--good);
  }
  .grid {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 25rem), 1fr));
    gap: 1.1rem;
    align-items: stretch;
  }
  main {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1.75rem;
  }
  .waiting {
    display: grid;
    place-items: center;
    min-height: 50vh;
  }
  .none {
    padding: 1.5rem;
  }
  .fault {
    position: fixed;
    inset-inline: 0;
    bottom: 1rem;
    margin-inline: auto;
    display: flex;
    align-items: center;
    gap: 0.75rem;
    width: min(36rem, calc(100vw - 2rem));
    padding: 0.5rem 0.5rem 0.5rem 1rem;
    border-radius: 14px;
    background: var(--text);
    color: var(--page);
    box-shadow: 0 8px 32px rgb(0 0 0 / 30%);
    overflow-wrap: anywhere;
  }
  .fault span {
    flex: 1;
  }
  .fault button {
    color: inherit;
  }
  .fault button:hover:not(:disabled) {
    background: rgb(128 128 128 / 30%);
  }
`
