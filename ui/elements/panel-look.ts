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
    font-size: 1.25rem;
    line-height: 1.3;
  }
  /* They have the focus so that readers who listen go on from there; they are nothing to press. */
  h1:focus-visible,
  h2:focus-visible {
    outline: none;
  }
  .account {
    display: inline-flex;
    align-items: center;
    gap: 0.45rem;
    margin-inline-start: auto;
    font-size: 0.875rem;
    color: var(--muted);
  }
  .account a {
    display: inline-flex;
    align-items: center;
    min-height: 44px;
    color: inherit;
    overflow-wrap: anywhere;
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
  nav {
    flex: 1 0 100%;
    min-width: 0;
  }
  nav ul {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem;
    margin-inline: -0.75rem;
  }
  nav li {
    flex: none;
  }
  nav li:last-child:has(svg) {
    flex: 0 1 auto;
    min-width: 0;
    margin-inline-start: auto;
  }
  nav a {
    display: flex;
    align-items: center;
    gap: 0.4rem;
    min-height: 44px;
    padding: 0 0.75rem;
    border-radius: 12px;
    color: var(--text);
    font-weight: 500;
    text-decoration: none;
  }
  nav a:hover {
    background: var(--sunken);
  }
  nav a[aria-current] {
    background: var(--sunken);
    box-shadow: inset 0 -3px 0 var(--accent);
  }
  @media (max-width: 420px) {
    nav ul {
      gap: 0;
      margin-inline: -0.6rem;
    }
    nav a {
      padding: 0 0.6rem;
    }
  }
  main {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1rem;
  }
  a.way {
    color: var(--accent);
  }
  .waiting {
    display: grid;
    place-items: center;
    min-height: 50vh;
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
