import { mostSpoken, spokenIn } from '../../core/story.ts'
import type { Report } from '../../language/report.ts'
import type { ReadStory } from '../read/story.ts'
import { sceneInWords } from './words.ts'

/** Says which words are more than a voice says at a time: nobody would hear them. */
export function sayLongTexts({ story, places, key }: ReadStory, report: Report): void {
  for (const scene of story.scenes.values()) {
    const most = Math.max(0, ...spokenIn(scene).map((words) => [...words].length))
    if (most <= mostSpoken) continue
    const [has, limit] = [most, mostSpoken].map((count) => count.toLocaleString('en'))
    const message = `"${sceneInWords(scene.id)}" has words of ${has} characters, and a voice says ${limit} at a time: they are not heard`
    report.add(
      places.scene(scene.id) ?? key,
      'warning',
      'story/long-text',
      message,
      'make several scenes of it, one behind the other by `go`',
    )
  }
}
