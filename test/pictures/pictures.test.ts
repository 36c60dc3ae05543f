import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { IconImages } from '../../src/pictures/icon-images.ts'
import { IconList } from '../../src/pictures/icon-list.ts'
import { IconSearch } from '../../src/pictures/icon-search.ts'
import { PictureHouse } from '../support/picture-house.ts'
import { gifOf, plainIcon, pngOf } from '../support/pngs.ts'

const dayMs = 24 * 3_600_000

let house: PictureHouse

beforeEach(async () => {
  house = await PictureHouse.open()
})

afterEach(() => house.close())

const store = () => house.yoto.cloud.pictures

describe('what is brought', () => {
  test('lies in the account once, however often and from wherever it is brought', async () => {
    const { pictures } = house
    const first = await pictures.addIcon(plainIcon(1, 2, 3))
    const drawn = Array<string>(256).fill('#010203')
    expect(await pictures.addDrawn({ title: 'Dark', pixels: drawn })).toEqual(first)
    const [one, other] = await Promise.all([pictures.addIcon(plainIcon(9)), pictures.addIcon(plainIcon(9))])
    expect(one).toEqual(other)
    expect(store().received).toBe(2)
    await house.again()
    expect(await house.pictures.addIcon(plainIcon(1, 2, 3))).toEqual(first)
    expect(store().received).toBe(2)
  })

  test('is tried anew where it failed, and not believed to be there', async () => {
    house.yoto.cloud.restTrouble.add({ call: /upload/, times: 1, status: 400 })
    await expect(house.pictures.addIcon(plainIcon())).rejects.toMatchObject({ code: 'refused' })
    expect(await house.uploaded.entries()).toEqual([])
    expect(await house.pictures.addIcon(plainIcon())).toMatchObject({ id: expect.any(String) })
    expect(store().received).toBe(1)
  })

  test('of another account is sent again, also what was under way when that was signed out', async () => {
    const { pictures } = house
    await pictures.addIcon(plainIcon())
    await pictures.forgetAccount()
    await store().loseAll()
    const sending = pictures.addIcon(plainIcon(7))
    await pictures.forgetAccount()
    await sending
    expect(await house.uploaded.entries()).toEqual([])
    await pictures.addIcon(plainIcon())
    await pictures.addIcon(plainIcon(7))
    expect(store().received).toBe(4)
  })

  test('is forgotten when nobody has needed it for over a year', async () => {
    await house.pictures.addIcon(plainIcon())
    await house.clock.advance(401 * dayMs)
    await house.again()
    expect(await house.uploaded.entries()).toEqual([])
  })

  test('is found in the list at once, and looks as it was drawn while Yoto is away', async () => {
    const { pictures } = house
    expect((await pictures.ownIcons()).icons).toEqual([])
    const { id } = await pictures.addDrawn({ title: '  My\u0000 fox\n', pixels: Array(256).fill('#ff0000') })
    expect(await pictures.ownIcons()).toMatchObject({ icons: [{ id, title: 'My fox' }], problem: null })
    house.away()
    const { type, bytes } = await pictures.image(id)
    expect([type, Buffer.from(bytes).toString('latin1', 1, 4)]).toEqual(['image/png', 'PNG'])
  })

  test('as a GIF moves if Yoto takes it, with its words otherwise', async () => {
    const { id } = await house.pictures.addIcon(gifOf(5))
    expect((await house.pictures.image(id)).type).toBe('image/gif')
    house.yoto.cloud.restTrouble.add({ call: /upload/, times: 1, status: 400 })
    await expect(house.pictures.addIcon(gifOf(6))).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('status 400'),
    })
  })

  test('as a cover has an address', async () => {
    const large = pngOf(300, (x) => [x % 256, 50, 50, 255])
    const [one, other] = [await house.pictures.addCover(large), await house.pictures.addCover(large)]
    expect(one).toEqual(other)
    expect(one.url).toMatch(/\/covers\/[\w-]{43}$/)
    expect(store().received).toBe(1)
  })
})

describe("Yoto's icons", () => {
  const all = () => house.pictures.search({ text: '', whose: 'public' })

  test('are asked for once a day, also over a restart', async () => {
    const { read_at } = await all()
    await house.clock.advance(dayMs - 1)
    await house.again()
    house.away()
    expect(await all()).toMatchObject({ read_at, problem: null })
    house.back()
    await house.clock.advance(2)
    expect((await all()).read_at).not.toBe(read_at)
  })

  test('are there while Yoto is away, with why they may be old', async () => {
    const before = await all()
    await house.again()
    await house.clock.advance(2 * dayMs)
    house.away()
    const read = await house.outcome(all())
    expect(read).toMatchObject({
      icons: before.icons,
      read_at: before.read_at,
      problem: expect.stringMatching(/Yoto/),
    })
    house.back()
    // Not at once: who has just been refused waits.
    await house.clock.advance(300_000)
    expect(await house.outcome(all())).toMatchObject({ problem: null })
  })

  test('are not there where Yoto was always away, and it is said why', async () => {
    house.away()
    expect(await house.outcome(all())).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('Yoto'),
    })
    house.back()
    await house.clock.advance(300_000)
    expect(await house.outcome(all())).toMatchObject({ problem: null })
  })

  test('are read once for all who ask at once, and told late ones by then', async () => {
    const { clock, log } = house
    let count = 0
    let answer: (icons: readonly []) => void = () => undefined
    const list = () => {
      count++
      return new Promise<readonly []>((resolve) => {
        answer = resolve
      })
    }
    const icons = new IconList({ name: 'public', freshMs: dayMs, list, clock, log })
    const reads = [icons.read(), icons.read(), icons.read()]
    expect(count).toBe(1)
    answer([])
    expect(await Promise.all(reads)).toHaveLength(3)
    await clock.advance(dayMs)
    const late = icons.read()
    await clock.advance(3_000)
    expect(await late).toMatchObject({ icons: [], problem: expect.stringContaining('ask again') })
    expect(count).toBe(2)
    answer([])
    await Promise.resolve()
    expect(await icons.read()).toMatchObject({ problem: null })
    expect(count).toBe(2)
  })

  test('whose stored list is nonsense are asked for anew', async () => {
    await house.lists.set('public', { at_ms: house.clock.now().getTime(), icons: 'none' })
    await house.again()
    expect((await all()).icons.length).toBeGreaterThan(5)
    await house.lists.set('public', {
      at_ms: house.clock.now().getTime(),
      icons: [
        null,
        { id: '../x', title: 'x', tags: [], url: null },
        { id: 'x'.repeat(43), title: 'Ok', tags: [1, 'a'], url: null },
      ],
    })
    await house.again()
    expect((await all()).icons).toEqual([{ id: 'x'.repeat(43), title: 'Ok', tags: ['a'], url: null }])
  })

  test.each([
    ['star', ['Star']],
    ['NIGHT sky', ['Star', 'Moon']],
    ['cafe', ['Café']],
    ['CAFÉ ete', ['Café']],
    ['forest', ['Fox', 'Tree']],
    ['for ani', ['Fox']],
    ['nothing like it', []],
  ])('are found by %j', async (text, titles) => {
    expect((await house.pictures.search({ text, whose: 'public' })).icons.map(({ title }) => title)).toEqual(
      titles,
    )
  })

  test('with the words in their titles come first', () => {
    const icon = (title: string, ...tags: string[]) => ({ id: title, title, tags, url: null })
    const icons = [icon('Dog', 'cat'), icon('Cat'), icon('Bird', 'CÁT'), icon('Fish')]
    expect(new IconSearch().find(icons, ' cat ').map(({ title }) => title)).toEqual(['Cat', 'Dog', 'Bird'])
  })

  test('are shown as they lie at Yoto, and only those that it has', async () => {
    const [star] = (await house.pictures.search({ text: 'star', whose: 'public' })).icons
    expect((await house.pictures.image(star?.id ?? '')).type).toBe('image/png')
    for (const id of ['x'.repeat(43), '../../etc/passwd', '', 'https://example.org/x'])
      await expect(house.pictures.image(id)).rejects.toMatchObject({ code: 'not_found' })
  })

  test('whose addresses lead nowhere any more are asked for anew, but not for each of them', async () => {
    const { icons } = await all()
    const old = icons.map((icon) => ({ ...icon, url: `${house.yoto.cloud.apiUrl}/icons/${'z'.repeat(43)}` }))
    await house.lists.set('public', { at_ms: house.clock.now().getTime(), icons: old })
    await house.again()
    const id = icons[1]?.id ?? ''
    await expect(house.pictures.image(id)).rejects.toMatchObject({ code: 'not_found' })
    await house.clock.advance(601_000)
    expect((await house.pictures.image(id)).type).toBe('image/png')
  })

  test('are shown to who has not asked for their list', async () => {
    await all()
    const [{ id } = { id: '' }] = (await house.pictures.search({ text: 'moon', whose: 'public' })).icons
    await house.lists.delete('public')
    await house.again()
    expect((await house.pictures.image(id)).type).toBe('image/png')
  })
})

test("the account's icons are there while Yoto is away, and gone with the account", async () => {
  const { pictures } = house
  await pictures.addIcon(plainIcon())
  const { icons } = await pictures.ownIcons()
  house.away()
  await house.clock.advance(61_000)
  expect(await house.outcome(pictures.ownIcons())).toMatchObject({ icons, problem: expect.any(String) })
  await pictures.forgetAccount()
  expect(await house.outcome(pictures.ownIcons())).toMatchObject({ code: 'unavailable' })
})

describe('pictures of icons', () => {
  const url = 'https://media.example.org/x'

  test.each<[string, Buffer]>([
    ['a page', Buffer.from('<html><script>alert(1)</script>')],
    ['an SVG', Buffer.from('<svg onload="alert(1)"/>')],
    ['a JPEG', Buffer.from('ffd8ffc00011080010001003012200021101031101', 'hex')],
    ['a wall of pixels', pngOf(1, () => [0, 0, 0, 0]).fill(0xff, 16, 24)],
    ['nothing', Buffer.alloc(0)],
    ['too many bytes', Buffer.concat([plainIcon(), Buffer.alloc(200_000)])],
  ])('are never %s', async (_, bytes) => {
    const images = new IconImages({ fetch: async () => bytes })
    await expect(images.get('a', url)).rejects.toMatchObject({ code: 'refused' })
    expect(images.find('a')).toBeUndefined()
  })

  test('are fetched once, six at a time, and again where that failed', async () => {
    let [under, most, count] = [0, 0, 0]
    let fault: Error | null = null
    const images = new IconImages({
      async fetch() {
        count++
        most = Math.max(most, ++under)
        await new Promise((resolve) => setTimeout(resolve, 5))
        under--
        if (fault !== null) throw fault
        return plainIcon()
      },
    })
    const ids = Array.from({ length: 20 }, (_, at) => `icon-${at % 10}`)
    await Promise.all(ids.map((id) => images.get(id, url)))
    expect([count, most]).toEqual([10, 6])
    fault = new Error('away')
    await expect(images.get('other', url)).rejects.toThrow('away')
    fault = null
    expect((await images.get('other', url)).type).toBe('image/png')
  })

  test('are forgotten, the oldest first, before they fill the memory', async () => {
    const bytes = Buffer.concat([plainIcon(), Buffer.alloc(100_000)])
    const images = new IconImages({ fetch: async () => bytes })
    await images.get('first', url)
    await images.get('second', url)
    for (let at = 0; at < 39; at++) {
      await images.get(`icon-${at}`, url)
      images.find('first')
    }
    await images.get('icon-39', url)
    await images.get('icon-40', url)
    expect(images.find('first')).toBeDefined()
    expect(images.find('second')).toBeUndefined()
    expect(images.find('icon-40')).toBeDefined()
  })
})
