import type { Diagnostic } from './diagnostic.ts'

interface CodeFacts {
  /** How it is said, unless what came of it makes it worse or better. */
  readonly level: Diagnostic['level']
  /** What is wrong, in one sentence. */
  readonly about: string
}

/**
 * Every code that a finding can have. A code is never renamed, for people search for it; each has its page in
 * `docs/checks/`.
 */
export const codes: Readonly<Record<string, CodeFacts>> = {
  'yaml/syntax': { level: 'error', about: 'YAML cannot read this line as it is written.' },
  'yaml/colon': { level: 'error', about: 'A colon inside a text without quotes ends the text for YAML.' },
  'yaml/comment-cut': { level: 'warning', about: 'A # hides the rest of a value as a comment.' },
  'yaml/leading-quote': { level: 'error', about: 'A value begins with a quote that ends before the value.' },
  'yaml/braces': {
    level: 'error',
    about: 'Double braces are templates of Home Assistant and not read here.',
  },
  'yaml/bang': { level: 'error', about: 'A word that begins with ! is a tag for YAML.' },
  'yaml/anchor': { level: 'error', about: 'A word that begins with & names an anchor for YAML.' },
  'yaml/alias': {
    level: 'error',
    about: 'A word that begins with * stands for an anchor that is not there.',
  },
  'yaml/duplicate': { level: 'error', about: 'The same name is defined twice.' },
  'yaml/reserved-id': {
    level: 'error',
    about: 'A name that cannot be used, as the program needs it itself.',
  },
  'yaml/eleven': { level: 'info', about: 'Other programs read this value as a number or as true or false.' },
  'yaml/encoding': { level: 'error', about: 'The file holds a character that is no text.' },
  'yaml/too-deep': { level: 'error', about: 'Lists and maps stand in one another more than 64 levels deep.' },
  'yaml/too-big': { level: 'error', about: 'The file is larger than 1 MB, or takes too long to read.' },
  'yaml/busy': { level: 'error', about: 'The machine was too busy to read a large file in time.' },
  'key/unknown': { level: 'error', about: 'A key that does not exist at this place.' },
  'key/ha-word': { level: 'error', about: "Home Assistant's word for something that has another name here." },
  'key/two-kinds': { level: 'error', about: 'One item of a list has two kinds.' },
  'key/missing': { level: 'error', about: 'A key is missing.' },
  'type/value': { level: 'error', about: 'A value that its key does not take.' },
  'expr/syntax': { level: 'error', about: 'An expression that cannot be read.' },
  'expr/unknown-name': { level: 'error', about: 'An expression uses a name that does not exist.' },
  'expr/type': { level: 'error', about: 'An expression compares or calculates with what does not fit.' },
  'expr/not': { level: 'error', about: '`not` stands before something that is no yes or no.' },
  'expr/clock': { level: 'error', about: 'A time in an expression has no leading zero.' },
  'expr/always': { level: 'warning', about: 'A condition that is always the same.' },
  'expr/macro': { level: 'error', about: 'An expression uses a loop, which is not allowed.' },
  'expr/limit': { level: 'error', about: 'An expression is too long.' },
  'ref/playlist': { level: 'error', about: 'A playlist that does not exist.' },
  'ref/file': { level: 'warning', about: 'A file that is not in the library.' },
  'ref/stream': {
    level: 'warning',
    about: 'A stream without a schedule, whose name is nearly that of another.',
  },
  'ref/alike': {
    level: 'error',
    about: 'Two streams or two inputs that topics and addresses would call the same.',
  },
  'ref/story': { level: 'error', about: 'A story or a scene that does not exist.' },
  'ref/slot': { level: 'warning', about: 'A slot that no schedule has.' },
  'ref/topic': {
    level: 'error',
    about: "A rule publishes or listens where only the product's own topics are.",
  },
  'ref/ha-domain': {
    level: 'error',
    about: 'A rule calls an action of Home Assistant that rules may not call.',
  },
  'ref/home-assistant': {
    level: 'warning',
    about: 'A rule has to do with Home Assistant, and that is not there.',
  },
  'ref/player': { level: 'warning', about: 'A player that there is not.' },
  'ref/input': { level: 'error', about: 'An input that does not exist.' },
  'ref/var': { level: 'error', about: '`set` names neither a var nor an input.' },
  'ref/unpublished': {
    level: 'warning',
    about: 'A rule plays a story or a stream that has no card.',
  },
  'ref/event': { level: 'warning', about: 'An event that no calendar file has.' },
  'ref/unused': { level: 'info', about: 'A playlist that nothing names.' },
  'ref/day': { level: 'error', about: 'A day or a day set that does not exist.' },
  'ref/country': { level: 'error', about: 'A country or a region whose holidays are not known.' },
  'ref/calendar': { level: 'error', about: 'A calendar file that cannot be read.' },
  'time/range': { level: 'error', about: 'A time that no clock shows.' },
  'time/empty': { level: 'error', about: 'A slot that begins and ends at the same time.' },
  'time/overlap': { level: 'warning', about: 'Two slots of which each takes a part of the other.' },
  'time/shadowed': { level: 'warning', about: 'A slot that never plays, as those above it cover all of it.' },
  'time/gap': { level: 'info', about: 'Hours without a slot in a schedule without a default.' },
  'time/dst': { level: 'info', about: 'A time that comes twice or not at all when the clocks change.' },
  'time/never': { level: 'error', about: 'A date that never comes.' },
  'time/sun': { level: 'error', about: 'A time of the sun, and it is not known where the house is.' },
  'time/polar': { level: 'warning', about: 'A time of the sun that does not come on some days of the year.' },
  'calendar/circle': { level: 'error', about: 'Day sets that stand for one another in a circle.' },
  'playlist/silent': {
    level: 'warning',
    about: 'A playlist that brings nothing: it is empty, or its folder or pick is.',
  },
  'playlist/empty': { level: 'error', about: 'A smart playlist that can never hold anything.' },
  'schedule/if-pressed': { level: 'error', about: '`if_pressed` stands in a slot that plays something.' },
  'ref/plugin': { level: 'warning', about: 'A rule uses a plug-in that is left out.' },
  'schedule/none': {
    level: 'warning',
    about: 'A time is set for what is put into a stream that no schedule fills.',
  },
  'schedule/answer': {
    level: 'error',
    about: 'A stream that could never be heard, or that answers for itself.',
  },
  'ref/template': { level: 'error', about: 'A template that does not exist, or that has an error.' },
  'template/hole': { level: 'error', about: 'A hole of a template that nothing can be put into.' },
  'template/nested': { level: 'error', about: 'A template uses another template.' },
  'template/too-big': { level: 'error', about: 'What a file makes from templates is too much.' },
  'template/unused': { level: 'info', about: 'A template needs what it does nothing with.' },
  'test/unknown-name': {
    level: 'warning',
    about: 'A test speaks of a rule, a stream, a playlist or a player that is not there.',
  },
  'test/failed': { level: 'error', about: 'What a test expects did not happen.' },
  'rule/clash': {
    level: 'warning',
    about: 'Two rules that one press or minute starts, and that undo each other.',
  },
  'rule/loop': { level: 'warning', about: 'Rules that start one another for ever.' },
  'rule/unreachable': { level: 'warning', about: 'An action behind a `stop`, which is never done.' },
  'rule/endless-wait': { level: 'warning', about: 'A `wait_for` that does not say how long.' },
  'rule/wait-mode': {
    level: 'warning',
    about: 'A rule that waits, and does not say what happens when it is started again meanwhile.',
  },
  'rule/no-player': {
    level: 'error',
    about: 'An action or a condition is about a player, and none is known.',
  },
  'rule/not-on-model': {
    level: 'warning',
    about: 'An action needs what the model of its player has not got.',
  },
  'rule/no-voice': { level: 'warning', about: 'A rule is to say something, and there is no voice.' },
  'rule/no-stream': {
    level: 'error',
    about: 'An action is about a stream, and none is known.',
  },
  'rule/button-card': {
    level: 'warning',
    about: 'A rule waits for `left` or `right` on a card that was not made here.',
  },
  'rule/no-trigger': { level: 'error', about: 'A rule that nothing starts.' },
  'story/unknown-scene': { level: 'error', about: 'A story leads to a scene that it does not have.' },
  'story/dead-end': { level: 'error', about: 'A scene has no way out and is no ending.' },
  'story/no-ending': { level: 'error', about: 'From some scenes no ending can be reached any more.' },
  'story/stuck-guard': { level: 'error', about: 'No line of a `branch` holds.' },
  'story/two-exits': { level: 'error', about: 'A scene goes on in two ways.' },
  'story/three-answers': {
    level: 'error',
    about: 'A question has more answers than the player has buttons.',
  },
  'story/audio-missing': { level: 'error', about: 'An audio file of a story that there is not.' },
  'story/unreachable': { level: 'warning', about: 'A scene that nobody can come to.' },
  'story/never-taken': { level: 'warning', about: 'A line of a `branch` that is never taken.' },
  'story/no-silence': {
    level: 'warning',
    about: 'A question does not say what happens if the child says nothing.',
  },
  'story/long-text': { level: 'warning', about: 'Words that are too long for a voice.' },
  'story/card-too-big': {
    level: 'warning',
    about: 'A story has more situations than a card has chapters.',
  },
  'story/no-card': {
    level: 'warning',
    about: 'A story says `run: card`, and no card can tell it by itself.',
  },
  'story/lonely-choice': { level: 'info', about: 'Both answers of a question come to the same.' },
  'story/clamped': { level: 'info', about: 'A var can be set beyond its bounds, and stays within.' },
  'story/long-before-choice': {
    level: 'info',
    about: 'A child listens for long before the first question.',
  },
  'story/audio-unused': {
    level: 'info',
    about: 'Audio in the folder of a story that nothing names.',
  },
  'story/analysis-capped': { level: 'info', about: 'A story has too many situations to search them all.' },
  'import/lossy': { level: 'warning', about: 'A story that was imported lost something on the way.' },
  'plugin/api': { level: 'error', about: 'A plug-in was written for another version of the contract.' },
  'plugin/schema': { level: 'error', about: 'A plug-in is not of the form that plug-ins have.' },
  'plugin/failed': { level: 'error', about: 'A plug-in failed to load, or failed too often.' },
  'plugin/check': { level: 'warning', about: 'What a check of a plug-in has to say of the file.' },
  'report/more': { level: 'error', about: 'The file has more than 100 findings.' },
}
