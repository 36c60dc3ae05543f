import { Readable } from 'node:stream'
import type { Context } from 'koa'
import { Type } from 'typebox'
import { ZipFile } from 'yazl'
import { type Route, route, type ServedRoute } from './route.ts'

/** What the calls about documents of cards need of the house. Each throws AppError as the account does. */
export interface CardDocumentsHouse {
  /** The JSON of a card of the account's own, exactly as Yoto has it. */
  document(cardId: string): Promise<string>
  /** The documents of all of the account's own cards; resolves once it is known which there are. */
  backup(signal: AbortSignal): Promise<AsyncIterable<KeptFile>>
  /** @throws AppError `unprocessable` for what can be no card. */
  restore(document: string, options: RestoreOptions): Promise<RestoredCard>
  deleted(): Promise<readonly DeletedCardView[]>
  /** @throws AppError `not_found` for one that is not kept. */
  restoreDeleted(cardId: string): Promise<RestoredCard>
}

export interface KeptFile {
  readonly name: string
  readonly text: string
}

export interface RestoreOptions {
  /** Whether the document is put in the place of the card that it is of. */
  readonly replace: boolean
  readonly ifUpdatedAt: string | null
}

export interface RestoredCard {
  readonly card_id: string
  readonly title: string
}

interface DeletedCardView {
  readonly card_id: string
  readonly title: string
  readonly deleted_at: string
  readonly kept_until: string
}

const closed = { additionalProperties: false }
// A document may be a megabyte long, and as a text in JSON each of its quotes takes two bytes.
const longestDocument = 4 * 1024 * 1024

/** To be mounted before the calls of one card, which would take `backup` for its id. */
export function cardDocumentRoutes(house: CardDocumentsHouse): (Route | ServedRoute)[] {
  return [
    {
      method: 'get',
      path: '/account/cards/backup',
      summary: "The documents of all of the account's own cards, byte for byte, as one ZIP.",
      needs: 'admin',
      serve: (ctx, { whileAdmitted }) => serveBackup(ctx, house, whileAdmitted),
    },
    {
      method: 'get',
      path: '/account/cards/{card_id}/document',
      summary:
        "The document of one of the account's own cards, byte for byte; keys of its media may stand in it.",
      needs: 'admin',
      async serve(ctx, { param }) {
        const text = await house.document(param('card_id'))
        secretFile(ctx, { name: `${param('card_id')}.json`, type: 'application/json' })
        ctx.body = text
      },
    },
    ...restoreRoutes(house),
  ]
}

function restoreRoutes(house: CardDocumentsHouse): Route[] {
  return [
    route({
      method: 'post',
      path: '/account/cards/restore',
      summary:
        'Makes a new card of a document, or with `replace` puts it in the place of the card that it is of. As a text the document is sent as it is spelt.',
      needs: 'admin',
      maxBytes: longestDocument,
      body: Type.Object(
        {
          document: Type.Union([
            Type.String({ minLength: 2 }),
            Type.Object({}, { additionalProperties: true }),
          ]),
          replace: Type.Optional(Type.Boolean()),
          if_updated_at: Type.Optional(Type.String({ maxLength: 64 })),
        },
        closed,
      ),
      async handle({ body: { document, replace = false, if_updated_at = null } }) {
        const text = typeof document === 'string' ? document : JSON.stringify(document)
        const { card_id, title } = await house.restore(text, { replace, ifUpdatedAt: if_updated_at })
        const message = replace
          ? `card "${title}" (${card_id}) is as the document has it`
          : `card "${title}" made anew as ${card_id}`
        return { success: true, message, card_id, title }
      },
    }),
    route({
      method: 'get',
      path: '/account/deleted-cards',
      summary: 'The cards that were deleted here within the last 30 days, the newest first.',
      needs: 'admin',
      async handle() {
        const cards = (await house.deleted()).map(({ card_id, title, deleted_at, kept_until }) => ({
          ...{ card_id, title, deleted_at, kept_until },
        }))
        return { cards, count: cards.length }
      },
    }),
    route({
      method: 'post',
      path: '/account/deleted-cards/{card_id}/restore',
      summary: 'Makes a deleted card anew; it gets another id, so a card in a hand has to be linked again.',
      needs: 'admin',
      async handle({ param }) {
        const former = param('card_id')
        const { card_id, title } = await house.restoreDeleted(former)
        const message = `card "${title}" made anew as ${card_id}; its id was ${former}, so link it again to the card in your hand`
        return { success: true, message, card_id, former_card_id: former, title }
      },
    }),
  ]
}

async function serveBackup(
  ctx: Context,
  house: CardDocumentsHouse,
  whileAdmitted: (end: () => void) => () => void,
): Promise<void> {
  secretFile(ctx, { name: 'yoto-cards.zip', type: 'application/zip' })
  if (ctx.method === 'HEAD') {
    ctx.status = 200
    return
  }
  const over = new AbortController()
  const files = await house.backup(over.signal)
  const zip = Readable.from(zipped(files))
  const forget = whileAdmitted(() => zip.destroy(new Error('who asked may not have it any more')))
  zip.once('close', () => {
    over.abort()
    forget()
  })
  ctx.body = zip
}

// One and the same time for all, so that the same cards make the same zip.
const mtime = new Date('2000-01-01T00:00:00Z')

/** Cards are read while the zip is taken; one that fails half-way fails the zip, so that nobody keeps a part for the whole. */
async function* zipped(files: AsyncIterable<KeptFile>): AsyncGenerator<Buffer> {
  const zip = new ZipFile()
  const filling = fill(zip, files)
  const { outputStream } = zip
  // What goes wrong is thrown below, where somebody reads.
  const fail = (error: Error) => outputStream instanceof Readable && outputStream.destroy(error)
  zip.once('error', fail)
  filling.catch(fail)
  for await (const chunk of outputStream) yield Buffer.from(chunk)
}

async function fill(zip: ZipFile, files: AsyncIterable<KeptFile>): Promise<void> {
  for await (const { name, text } of files)
    zip.addBuffer(Buffer.from(text), name, { mtime, mode: 0o100600, forceDosTimestamp: true })
  zip.end()
}

/** Keys may stand in it: nothing on the way keeps it, and no browser runs it. */
function secretFile(ctx: Context, { name, type }: { name: string; type: string }): void {
  ctx.set({
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Content-Disposition': `attachment; filename="${name.replaceAll(/[^\w.-]/g, '_')}"`,
  })
  ctx.type = type
}
