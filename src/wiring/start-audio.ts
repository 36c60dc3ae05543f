import type { LiveMedia } from '../http/live-media.ts'
import { type Ground, serveMedia } from './doors.ts'
import { accessTo } from './home-assistant.ts'
import { HouseLanguage } from './house-language.ts'
import type { Parts } from './parts.ts'
import type { RuleRunner } from './rules.ts'
import { StoryHouse } from './story-house.ts'

/** Opens the door that players come to, for what rules have put into the streams. */
export async function startAudio(parts: Parts, rules: RuleRunner): Promise<{ readonly live: LiveMedia }> {
  const { input, started, foundation, household } = parts
  const { doors, storage, history, problems, log } = foundation
  const language = new HouseLanguage({
    options: input.options,
    access: accessTo(input.options, input.supervisor ?? null),
    kept: storage.collection('home-language'),
    ...{ clock: input.clock, random: parts.random, log },
  })
  await started.add('the language of the household', language).start()
  const audio = await serveMedia({
    door: doors.media,
    ground: groundOf(parts, rules),
    shipped: input.shipped,
    language: () => language.current,
    trustedProxies: input.options.trusted_proxies,
    visits: storage.collection('slot-visits'),
    storyGround: {
      stories: () => parts.book.current.stories ?? new Map(),
      versions: household.storyVersions,
      shelf: household.storyShelf,
      speech: foundation.speech,
      sessions: storage.collection('story-sessions'),
      visits: storage.collection('story-visits'),
      random: parts.random,
      house: new StoryHouse({ world: rules.world, homeAssistant: parts.homeAssistant }),
      onStories: (changed) => parts.book.onChange(changed),
    },
    tests: parts.addressChecks,
    positions: storage.collection('live-positions'),
    history,
    firstHeard: parts.firstHeard,
    problems,
    runsOf: (event) => rules.runsOf(event),
    clock: input.clock,
    log: log.for('media'),
  })
  parts.outlooks.setSchedules(rules)
  parts.slotGround.setLive(audio.live)
  parts.slotGround.setPlaces(audio.slots)
  parts.storyDeeds.setSteering(audio.stories)
  return started.add('audio', audio)
}

/** What a door needs of the house to play its streams. */
export function groundOf({ foundation, household }: Parts, rules: RuleRunner): Ground {
  const { hub, answers, cards } = household
  const { sources, libraryFacts: facts } = foundation
  const endsAt: RuleRunner['endsAt'] = (queue, now) => rules.endsAt(queue, now)
  const upToDate = (stream: string) => rules.upToDate(stream)
  return { hub, answers, sources, facts, cards: cards.published, endsAt, upToDate }
}
