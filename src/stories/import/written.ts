import { Document, type Node, Scalar } from 'yaml'
import type { Clip } from '../../core/story.ts'
import type { DraftExit, DraftScene, StoryDraft } from './draft.ts'

/** The story as the text of a rule file. `schema`: where its first line tells editors to look. */
export function writeStory(story: StoryDraft, { schema }: { readonly schema: string }): string {
  const document = new Document({ stories: { [story.id]: storyMap(story) } }, { compat: 'yaml-1.1' })
  document.commentBefore = ` yaml-language-server: $schema=${schema}`
  // An empty line behind the comment would part it from the file.
  return document
    .toString({ lineWidth: 100, minContentWidth: 40, flowCollectionPadding: false })
    .replace(/^(#[^\n]*)\n\n/, '$1\n')
}

function storyMap({ title, audio, start, home, vars, resume, silence, scenes }: StoryDraft) {
  const [first] = scenes
  return {
    title: text([...title].slice(0, longestTitle).join('')),
    ...(audio === null ? {} : { audio }),
    ...(first?.id === start ? {} : { start }),
    ...(home === undefined ? {} : { home }),
    ...(resume === null ? {} : { resume }),
    ...(vars === undefined || vars.length === 0
      ? {}
      : {
          vars: new Map(vars.map(({ name, start: first, max }) => [name, inBraces({ start: first, max })])),
        }),
    ...(silence === null
      ? {}
      : { defaults: { silence: inBraces({ wait: silence.wait, ask_again: silence.askAgain }) } }),
    scenes: new Map(scenes.map((scene) => [scene.id, sceneMap(scene)])),
  }
}

const longestTitle = 120

function sceneMap({ play, set = [], exit }: DraftScene) {
  return {
    ...(play === null ? {} : clipMap(play)),
    ...(set.length === 0 ? {} : { set: new Map(set.map(({ name, value }) => [name, value])) }),
    ...exitMap(exit),
  }
}

function clipMap(clip: Clip) {
  return {
    ...('file' in clip ? { play: clip.file } : {}),
    ...(clip.say === undefined ? {} : { say: text(clip.say) }),
  }
}

function exitMap(exit: DraftExit) {
  switch (exit.kind) {
    case 'question': {
      const { ask, left, right, silence, times, hearOut } = exit
      return {
        ...(ask === null ? {} : { ask: { say: text(ask) } }),
        ...(left === null ? {} : { left }),
        ...(right === null ? {} : { right }),
        ...(silence === null ? {} : { silence: times === undefined ? silence : silenceMap(times, silence) }),
        ...(hearOut === undefined ? {} : { hear_out: hearOut }),
      }
    }
    case 'go':
      return { go: exit.to }
    case 'carousel':
      return {
        carousel: exit.options.map((option) => ({
          ...('say' in option ? { say: text(option.say) } : { play: option.play }),
          go: option.to,
        })),
        ...(exit.silence === undefined ? {} : { silence: exit.silence }),
      }
    case 'branch':
      return {
        branch: exit.lines.map((line) =>
          inBraces({ ...(line.if === null ? {} : { if: line.if }), go: line.to }),
        ),
      }
    case 'random':
      return {
        random: exit.picks.map(({ to, weight }) => (weight === 1 ? to : inBraces({ go: to, weight }))),
      }
    case 'ending':
      return { ending: exit.name }
  }
}

function silenceMap({ wait, askAgain }: { readonly wait?: string; readonly askAgain: number }, go: string) {
  return inBraces({ ...(wait === undefined ? {} : { wait }), ask_again: askAgain, go })
}

/** What is long or has several lines stands below its key; what YAML would change or hide stands in quotes. */
function text(words: string): Scalar<string> {
  const scalar = new Scalar(words)
  if (/[^\n\x20-\x7e\u00a0-\u2027\u202a-\ufefe]|^\s|\s$|\n\s|\s\n/.test(words.replace(/\n\n/g, '\n')))
    scalar.type = Scalar.QUOTE_DOUBLE
  else if (words.includes('\n')) scalar.type = Scalar.BLOCK_LITERAL
  else if (words.length > mostOnLine) scalar.type = Scalar.BLOCK_FOLDED
  return scalar
}

const mostOnLine = 80

/** A map in braces. */
function inBraces(entries: Readonly<Record<string, unknown>>): Node {
  return new Document().createNode(entries, { flow: true })
}
