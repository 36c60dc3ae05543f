import type { Static } from 'typebox'
import type { Declaration } from '../../core/value-form.ts'
import type { Environment } from '../../language/expression/environment.ts'
import type { MapNode, ScalarNode } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import type { Asked } from './asked.ts'
import type { NamedFile, Places } from './places.ts'
import type { sceneSchema } from './schema.ts'
import type { Defaults } from './silence.ts'

/** What is known of a story before its scenes are read. */
export interface StoryReading {
  readonly story: string
  readonly report: Report
  readonly vars: ReadonlyMap<string, Declaration>
  /** Vars that are declared and wrong. */
  readonly faulty: ReadonlySet<string>
  readonly environment: Environment
  /** Gets what is asked of the house. */
  readonly asked: Asked
  readonly places: Places
  /** Where its audio files lie in the library; '' for the library itself. */
  readonly folder: string
  /** The names of all scenes. */
  readonly scenes: ReadonlySet<string>
  /** Gets every file that is named. */
  readonly files: NamedFile[]
}

export interface SceneReading extends StoryReading {
  readonly defaults: Defaults
}

export type WrittenScene = Static<typeof sceneSchema>

/** A scene as it is written, before it is one. */
export interface SceneDraft {
  readonly id: string
  readonly key: ScalarNode
  readonly node: MapNode
  readonly written: WrittenScene
}
