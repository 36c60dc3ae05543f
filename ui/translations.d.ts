declare module '*.yaml' {
  /** The panel's words in one language: texts, or groups of texts. */
  export const panel: import('./text.ts').TextTree
}
