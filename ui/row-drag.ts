interface RowDragOptions {
  /** The rows in order, as they stand now. */
  readonly rows: () => readonly HTMLElement[]
  readonly dropped: (from: number, to: number) => void
}

/** Moves a row of a list with finger or mouse; the others make room meanwhile. Escape puts it back. */
export class RowDrag {
  readonly #options: RowDragOptions
  #end: (() => void) | null = null

  constructor(options: RowDragOptions) {
    this.#options = options
  }

  start(event: PointerEvent, from: number): void {
    const rows = this.#options.rows()
    const row = rows[from]
    if (event.button !== 0 || row === undefined) return
    event.preventDefault()
    this.cancel()
    const grip = event.currentTarget as HTMLElement
    grip.setPointerCapture(event.pointerId)
    const boxes = rows.map((other) => other.getBoundingClientRect())
    const abort = new AbortController()
    const on = { signal: abort.signal }
    let to = from
    const end = () => {
      this.#end = null
      abort.abort()
      row.classList.remove('dragged')
      row.parentElement?.classList.remove('dragging')
      for (const other of rows) other.style.transform = ''
    }
    this.#end = end
    row.classList.add('dragged')
    row.parentElement?.classList.add('dragging')
    const move = ({ clientY }: PointerEvent) => {
      const by = clientY - event.clientY
      to = placeOver(boxes, from, by)
      for (const [place, other] of rows.entries())
        other.style.transform = `translateY(${place === from ? by : roomFor(place, { from, to }) * (boxes[from]?.height ?? 0)}px)`
    }
    const drop = () => {
      end()
      this.#options.dropped(from, to)
    }
    grip.addEventListener('pointermove', move, on)
    grip.addEventListener('pointercancel', end, on)
    grip.addEventListener('pointerup', drop, on)
    document.addEventListener('keydown', ({ key }) => key === 'Escape' && end(), on)
  }

  cancel(): void {
    this.#end?.()
  }
}

/** The place whose row the middle of the dragged one is over. */
function placeOver(boxes: readonly DOMRect[], from: number, by: number): number {
  const box = boxes[from]
  if (box === undefined) return from
  const middle = box.top + box.height / 2 + by
  return boxes.filter((other, place) => place !== from && other.top + other.height / 2 < middle).length
}

/** By how many heights a row steps aside: up, down or not at all. */
function roomFor(place: number, { from, to }: { from: number; to: number }): -1 | 0 | 1 {
  if (place > from && place <= to) return -1
  return place < from && place >= to ? 1 : 0
}
