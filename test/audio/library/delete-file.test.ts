import { mkdir, readdir, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { deleteFile } from '../../../src/audio/library/delete-file.ts'
import { folderWith, frames } from '../sound.ts'

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

async function folder(files: Record<string, Uint8Array>): Promise<string> {
  const made = await folderWith(files)
  folders.push(made)
  return made
}

describe('a file is deleted', () => {
  test('by its name, whatever stands in that, and nothing else', async () => {
    const media = await folder({ "a/Ein Lied + 100% #1 'x' ?🐻.mp3": frames(1), 'a/b.mp3': frames(1) })
    await deleteFile(media, "a/Ein Lied + 100% #1 'x' ?🐻.mp3")
    expect(await readdir(join(media, 'a'))).toEqual(['b.mp3'])
  })

  test('and of a link only the link', async () => {
    const media = await folder({ 'a.mp3': frames(1) })
    await symlink(join(media, 'a.mp3'), join(media, 'link.mp3'))
    await deleteFile(media, 'link.mp3')
    expect(await readdir(media)).toEqual(['a.mp3'])
  })
})

describe('nothing is deleted', () => {
  test('outside the folder, by whatever name', async () => {
    const secret = await folder({ 'x.mp3': frames(1) })
    const media = await folder({ 'a.mp3': frames(1) })
    await symlink(secret, join(media, 'linked'))
    await mkdir(join(media, 'folder.mp3'))
    for (const name of [
      '../x.mp3',
      `../${secret.slice(secret.lastIndexOf('/') + 1)}/x.mp3`,
      join(secret, 'x.mp3'),
      'linked/x.mp3',
      'a.mp3/../../x.mp3',
      '%2e%2e/x.mp3',
      'a.mp3\0',
      'folder.mp3',
      'gone.mp3',
      '.hidden.mp3',
      'a.txt',
      '',
    ])
      await expect(deleteFile(media, name), name).rejects.toMatchObject({ code: 'not_found' })
    expect(await readdir(secret)).toEqual(['x.mp3'])
    expect((await readdir(media)).sort()).toEqual(['a.mp3', 'folder.mp3', 'linked'])
  })
})
