import { expect, test } from 'vitest'
import { checkForm } from '../../src/simulator/card-form.ts'

const track = {
  key: '01',
  title: 'One',
  type: 'stream',
  format: 'mp3',
  trackUrl: 'https://example.org/a.mp3',
}
const chapter = (change: object = {}) => ({ key: '01', title: 'One', tracks: [{ ...track, ...change }] })
const card = (change: object = {}) => ({ title: 'A card', content: { chapters: [chapter()] }, ...change })
const content = (change: object) => card({ content: { chapters: [chapter()], ...change } })
const ofTrack = (change: object) => card({ content: { chapters: [chapter(change)] } })
const goto = { cmd: 'goto', params: { chapterKey: '01', trackKey: '01' } }

test.each([
  card(),
  card({ own: { kept: [1] }, metadata: { media: { duration: 0, fileSize: 0, hasStreams: true } } }),
  content({ config: { autoadvance: 'true', resumeTimeout: 0, onlineOnly: true } }),
  ofTrack({
    format: '',
    channels: 'mono',
    duration: null,
    display: null,
    events: { onLhb: goto, onEnd: { cmd: 'stop' } },
  }),
])('takes %j', (json) => {
  expect(() => checkForm(json)).not.toThrow()
})

test.each([
  [card({ title: 'x'.repeat(101) }), 'title must be a text of 1 to 100 characters'],
  [card({ cardId: 'abc' }), 'cardId'],
  [card({ metadata: 'none' }), 'metadata must be an object'],
  [card({ metadata: { media: { duration: '5' } } }), 'metadata.media.duration'],
  [content({ playbackType: 'random' }), 'content.playbackType must be one of linear, interactive'],
  [content({ config: { autoadvance: true } }), 'content.config.autoadvance'],
  [content({ config: { onlineOnly: 'true' } }), 'content.config.onlineOnly must be true or false'],
  [ofTrack({ title: '' }), 'content.chapters[0].tracks[0].title'],
  [ofTrack({ format: 'midi' }), 'content.chapters[0].tracks[0].format'],
  [ofTrack({ channels: 2 }), 'content.chapters[0].tracks[0].channels'],
  [ofTrack({ overlayLabel: 1 }), 'content.chapters[0].tracks[0].overlayLabel'],
  [ofTrack({ duration: -1 }), 'content.chapters[0].tracks[0].duration'],
  [ofTrack({ display: { icon16x16: 'yoto:#short' } }), 'display.icon16x16'],
  [ofTrack({ events: { onEnd: { cmd: 'jump' } } }), 'events.onEnd.cmd'],
  [ofTrack({ events: { onLhb: { cmd: 'goto', params: { chapterKey: '01' } } } }), 'events.onLhb.params'],
])('refuses %j', (json, words) => {
  expect(() => checkForm(json)).toThrow(words)
})
