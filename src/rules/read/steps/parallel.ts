import { quote } from '../../../language/wording.ts'
import { allOf } from '../bind.ts'
import { foundGrammar, partsOf, type ReadGrammar } from './found.ts'
import { finishLists, itemsIn } from './lists.ts'

/** So many at once at most. */
export const mostWays = 50

/** `parallel: [action, action, [several, in a row]]`. */
export const readParallel: ReadGrammar = (item, { report, find }) => {
  const what = 'a list of actions; several in a row are a list of their own'
  const items = itemsIn(item, what, report)
  if (items === undefined) return null
  if (items.length > mostWays) {
    const message = `\`parallel\` takes at most ${mostWays} at once, not ${items.length}`
    report.add(
      item.key,
      'error',
      'type/value',
      message,
      'put several of them in a row, as a list of their own',
    )
    return null
  }
  const ways = allOf(
    items.map((node, index) => {
      if (node.kind !== 'list') return find([node])
      if (node.items.length > 0) return find(node.items)
      report.add(node, 'error', 'type/value', `item ${index + 1} of ${quote('parallel')} is empty`)
      return null
    }),
  )
  if (ways === null) return null
  return foundGrammar(item, (reading) => {
    const lists = finishLists(ways, reading)
    if (lists === null) return null
    const done = lists.map(({ steps }) => steps).filter((steps) => steps.length > 0)
    return { ...partsOf(lists), step: { does: 'parallel', ways: done } }
  })
}
