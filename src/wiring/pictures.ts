import { join } from 'node:path'
import type { Clock } from '../core/clock.ts'
import { messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { memoryCollection } from '../core/memory-collection.ts'
import { type PictureAccount, Pictures } from '../pictures/pictures.ts'
import type { Storage } from '../storage/storage.ts'
import { signedIn } from './cards.ts'
import type { CloudLink } from './cloud-link.ts'
import { openDraw } from './draw-picture.ts'

interface PicturesInput {
  readonly storage: Storage
  /** The account's cloud; null where there is none. */
  readonly link: CloudLink | null
  /** Whether that is a stand-in, whose addresses lead nowhere in the next run. */
  readonly simulated: boolean
  /** The data folder. */
  readonly data: string
  readonly clock: Clock
  readonly log: Log
}

/** Icons and covers of the account. @throws AppError where the store cannot be read */
export async function openPictures({
  storage,
  link,
  simulated,
  data,
  clock,
  log,
}: PicturesInput): Promise<Pictures> {
  const pictures = new Pictures({
    account: accountOf(link),
    draw: await openDraw({ folder: join(data, 'pictures'), clock }),
    uploaded: simulated ? memoryCollection() : storage.collection('uploaded-pictures'),
    lists: simulated ? memoryCollection() : storage.collection('icon-lists'),
    ...{ clock, log },
  })
  await pictures.start()
  link?.onSignedOut(() => {
    pictures.forgetAccount().catch((error) => {
      log.warn('pictures of the account before may be believed to lie in the next', {
        error: messageOf(error),
      })
    })
  })
  link?.onSignedIn(() => pictures.askAgain())
  return pictures
}

function accountOf(link: CloudLink | null): PictureAccount {
  const cloud = () => signedIn(link).pictures
  return {
    uploadIcon: async (icon) => cloud().uploadIcon(icon),
    uploadCover: async (cover) => cloud().uploadCover(cover),
    publicIcons: async () => cloud().publicIcons(),
    ownIcons: async () => cloud().ownIcons(),
    iconImage: async (url) => cloud().iconImage(url),
  }
}
