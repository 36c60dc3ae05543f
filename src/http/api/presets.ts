import { Type } from 'typebox'
import { requireFiles } from '../../core/playable-files.ts'
import { type Preset, presetOf } from '../../core/presets.ts'
import { checkStreamName } from '../../core/queue.ts'
import { meant } from './if-match.ts'
import { type Route, route } from './route.ts'
import { done, existing, type StreamsHouse } from './stream-view.ts'

/** What the calls of presets need of the house. */
export interface PresetsHouse extends StreamsHouse {
  readonly presets: {
    list(): readonly Preset[]
    /** @throws AppError `not_found`, or `unprocessable` for a name that no preset can have. */
    get(name: string): Preset
    save(preset: Preset, options: { readonly overwrite: boolean }): Promise<void>
    delete(name: string): Promise<void>
  }
}

const because = 'REST'
const closed = { additionalProperties: false }
const name = Type.String({ description: 'As of streams: letters, digits, dots, dashes and underscores.' })
const flag = Type.Optional(Type.Boolean())

export function presetRoutes(house: PresetsHouse): Route[] {
  return [listRoute(house), saveRoute(house), applyRoute(house), deleteRoute(house)]
}

function listRoute({ presets }: PresetsHouse): Route {
  return route({
    method: 'get',
    path: '/presets',
    summary: 'The saved queues, by name.',
    needs: 'house',
    handle() {
      const all = presets.list().map((preset) => ({ ...preset, file_count: preset.files.length }))
      return { presets: all, count: all.length }
    },
  })
}

function saveRoute(house: PresetsHouse): Route {
  return route({
    method: 'post',
    path: '/presets',
    summary:
      'Saves what a stream has now, its files and how it plays, under a name; with `overwrite` in place of an earlier one.',
    needs: 'house',
    body: Type.Object({ name, stream: Type.String(), overwrite: flag }, closed),
    async handle({ body }) {
      const preset = presetOf(existing(house, body.stream), body.name)
      await house.presets.save(preset, { overwrite: body.overwrite ?? false })
      const message = `what the stream "${body.stream}" has now is saved as the preset "${preset.name}"`
      return { success: true, message, preset }
    },
  })
}

function applyRoute(house: PresetsHouse): Route {
  return route({
    method: 'post',
    path: '/presets/apply',
    summary:
      'Puts a saved queue on a stream, which is made when it is new: all of its files or, where some are gone, none. With `keep_old`, `restore` brings back what was there.',
    needs: 'house',
    body: Type.Object({ name, stream: Type.String(), keep_old: flag }, closed),
    async handle(request) {
      const { body } = request
      const stream = checkStreamName(body.stream)
      const { files, name: preset, ...settings } = house.presets.get(body.name)
      await requireFiles(files, { lookup: (file) => house.lookup(file), consequence: 'nothing was changed' })
      const kept = body.keep_old === true ? { keep: 'rest' } : {}
      const mutation = { op: 'replace', files, playlist: null, settings, ...kept } as const
      await house.perform({ kind: 'mutate-queue', stream, mutation, ...meant(request) }, because)
      return done(house, { name: stream, message: `"${stream}" plays the preset "${preset}" now`, request })
    },
  })
}

function deleteRoute({ presets }: PresetsHouse): Route {
  return route({
    method: 'delete',
    path: '/presets/{name}',
    summary: 'Deletes a saved queue; streams that it was put on stay as they are.',
    needs: 'house',
    async handle({ param }) {
      await presets.delete(param('name'))
      return { success: true, message: `preset "${param('name')}" deleted` }
    },
  })
}
