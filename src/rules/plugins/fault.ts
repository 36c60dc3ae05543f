/** What is wrong with a plug-in, in words that need no name of it in front. */
export interface PluginFault {
  readonly code: 'plugin/api' | 'plugin/schema' | 'plugin/failed'
  readonly message: string
  readonly help?: string
  /** A word of its source beside which the fault lies, where there is one: the name of a part. */
  readonly near?: string
}

/** A plug-in that is left out. */
export interface LeftOutPlugin {
  /** Its own where it has one that can be read, else that of its file. */
  readonly id: string
  readonly file: string
  readonly fault: PluginFault
  /** Another one whenever its file was written. */
  readonly stamp: string
  /** Whether a part of that name is its. Where it cannot be told, whether its source has the word. */
  has(name: string): boolean
}
