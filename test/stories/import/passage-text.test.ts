import { expect, test } from 'vitest'
import { passageText } from '../../../src/stories/import/passage-text.ts'

test.each([
  ['You have <<if $gold gt 1>>gold<<else>>nothing<</if>>.', 'You have goldnothing.', ['if', 'else']],
  ['(set: $x to "a) (b")Hello', 'Hello', ['set']],
  ['(if: $x > (num: "3"))[Open [wide] it], they say.', 'Open [wide] it, they say.', ['if']],
  ['(link: "Knock") [Come in!]', 'Come in!', ['link']],
  ['<% if (s.x) { %>Yes<% } %>', 'Yes', ['<%', '<%']],
  ['[img[tree.png][Wood]]A tree', 'A tree', ['img']],
  ['ROHAN\n(quietly)\n(note: no macro) We are in.', 'ROHAN\n(quietly)\n(note: no macro) We are in.', []],
  ['(set: $x to 1', '(set: $x to 1', []],
  ['a << b', 'a << b', []],
])('macros are taken out of %j', (text, say, macros) => {
  expect(passageText(text)).toEqual({ say, macros, audio: [], pictures: 0 })
})

test.each([
  ["''bold'' **bold** //italic// __under__ ~~struck~~", 'bold bold italic under struck'],
  ['# Chapter\n!Heading\n* one\n---\ntwo', 'Chapter\nHeading\none\n\ntwo'],
  ['*so* and _so_, but snake_case_word and 2 * 3 * 4', 'so and so, but snake_case_word and 2 * 3 * 4'],
  ['see https://example.org/x', 'see https://example.org/x'],
  ['a<br>b<b class="x">c</b> &amp; &#233; &unknown; 1 < 2 > 0', 'a\nbc & é &unknown; 1 < 2 > 0'],
  ['<script>alert("x")</script>x<style>p {}</style>', 'x'],
  ['  a \t b  \r\n\r\n\r\n\r\n c \u0007\uFEFF\uD800\u0085d\u2028e', 'a b\n\nc\nd\ne'],
])('markup is taken out of %j', (text, say) => {
  expect(passageText(text)).toEqual({ say, macros: [], audio: [], pictures: 0 })
})

test('pictures are counted, audio is named', () => {
  expect(
    passageText('<img src="a.png"><video src="b.mp4">words</video>x<audio src="c.mp3"></audio>'),
  ).toEqual({
    say: 'x',
    macros: [],
    audio: ['c.mp3'],
    pictures: 2,
  })
})
