import type { FileSource } from '../../src/audio/rendition-reading.ts'
import type { Found } from '../../src/audio/sources/source.ts'
import type { PublishedCards } from '../../src/cards/published.ts'
import { UploadedAudio } from '../../src/cards/uploaded-audio.ts'
import { AppError } from '../../src/core/error.ts'
import { type CardDesk, cardDesk } from '../../src/wiring/card-desk.ts'
import { CardUploads } from '../../src/wiring/card-uploads.ts'
import { ChapterUploads } from '../../src/wiring/chapter-uploads.ts'
import { OutdatedCards } from '../../src/wiring/outdated-cards.ts'
import { Problems } from '../../src/wiring/problems.ts'
import { TrackCards } from '../../src/wiring/track-cards.ts'
import { memoryCollection } from './memory-collection.ts'
import { recordingLog } from './recording-log.ts'
import { VirtualClock } from './virtual-clock.ts'

const noStory = () => {
  throw new AppError('not_found', 'this house has no stories')
}

/** What people do with these cards, where nothing is uploaded and nothing compared. */
export function cardDeskOf(
  cards: PublishedCards,
  find: (file: string) => Promise<Found> = async () => ({ state: 'missing' }),
): CardDesk {
  const clock = new VirtualClock()
  const noFile: FileSource = { open: noStory, readPiece: () => null }
  const uploaded = new UploadedAudio({
    records: memoryCollection(),
    upload: noStory,
    clock,
    log: recordingLog(),
  })
  const trackCards = new TrackCards({
    cards,
    sources: { ...noFile, find },
    streamTitle: () => null,
    chapters: new ChapterUploads({ uploaded }),
    mayStream: () => true,
    uploads: new CardUploads({ clock, random: () => 0 }),
    problems: new Problems((text) => text),
  })
  const stories = {
    ...{ publish: noStory, setAudio: noStory, uploadOf: () => null, forget: () => undefined },
    newTitle: () => null,
  }
  const problems = new Problems((text) => text)
  return cardDesk({
    cards,
    storyCards: stories,
    trackCards,
    outdated: new OutdatedCards({ cards, storyCards: stories, trackCards, problems, log: recordingLog() }),
    differences: async () => [],
  })
}
