import { AppError } from '../core/error.ts'
import { deepestJson, isJsonObject, isNestedTooDeep, type JsonObject, parseJsonObject } from '../core/json.ts'
import { longestTitle, mostTracks } from './card-json.ts'
import { checkCardOfOthers } from './card-schema.ts'
import { isSigned } from './card-view.ts'
import { cardTextIn, editedCard } from './edited-card.ts'
import { listOf, objectOf, parseJson, textOf } from './json.ts'

/** A document that was kept somewhere, as it can be sent to Yoto. */
export interface SendableCard {
  readonly title: string
  readonly json: JsonObject
  /** The same in its own spelling. */
  readonly text: string
}

// yoto-protocol §2.6
const serverMade = [
  'slug',
  'createdAt',
  'updatedAt',
  'userId',
  'deleted',
  'createdByClientId',
  'sortkey',
  'sharing',
] as const

/**
 * The document of a card without what Yoto makes of its own accord; `cardId` is the card that it is to replace, null
 * for a new one. All else stays byte for byte.
 * @throws AppError `unprocessable` for what is no document of a card, or one that Yoto would not take.
 */
export function sendableCard(document: string, cardId: string | null): SendableCard {
  const card = documentIn(document)
  const kept = Object.entries(card).filter(([name]) => name !== 'cardId' && !isServerMade(name))
  const json: JsonObject = { ...(cardId === null ? {} : { cardId }), ...Object.fromEntries(kept) }
  check(json)
  const text = editedCard(document, json)
  if (text === undefined) throw wrong('it cannot be edited')
  return { title: textOf(json.title) ?? '', json, text }
}

/** The id of the card that a document is of; undefined where it names none. @throws AppError as `sendableCard` does. */
export function cardIdOf(document: string): string | undefined {
  return textOf(documentIn(document).cardId)
}

/** The document of a card as Yoto sent it, without its envelope. */
export function documentOf(card: { readonly text: string; readonly title: string }): string {
  const text = cardTextIn(card.text)
  if (text === undefined)
    throw new AppError('unprocessable', `the document of the card "${card.title}" cannot be read as it is`)
  return text
}

function documentIn(document: string): JsonObject {
  if (isNestedTooDeep(document))
    throw wrong(`it has lists and objects in each other more than ${deepestJson} deep`)
  const answer = parseJsonObject(document, parseJson)
  if (answer === undefined) throw wrong('it is no JSON object')
  return isJsonObject(answer.card) ? answer.card : answer
}

function isServerMade(name: string): boolean {
  return serverMade.some((each) => each === name)
}

function check(json: JsonObject): void {
  const title = textOf(json.title) ?? ''
  if (title.trim() === '' || title.length > longestTitle)
    throw wrong(`its title does not have 1 to ${longestTitle} characters`)
  const chapters = listOf(objectOf(json.content).chapters).map(objectOf)
  const tracks = chapters.flatMap((chapter) => listOf(chapter.tracks).map(objectOf))
  if (tracks.length === 0) throw wrong('it has no tracks')
  if (tracks.length > mostTracks)
    throw wrong(`it has ${tracks.length} tracks, and Yoto takes ${mostTracks} on a card of one's own`)
  const signed = tracks.find(({ trackUrl }) => typeof trackUrl === 'string' && isSigned(trackUrl))
  if (signed !== undefined)
    throw wrong(
      `its track "${textOf(signed.title) ?? ''}" has a signed address, which ends within hours; take a back-up of this product's`,
    )
  checkCardOfOthers(json)
}

function wrong(reason: string): AppError {
  return new AppError('unprocessable', `document: ${reason}`)
}
