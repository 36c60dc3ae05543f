/** Resolves with the promise or after `ms`, whatever comes first, and never rejects. Real time: the other side is a socket. */
export function withinMs(ms: number, promise: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    promise
      .catch(() => undefined)
      .then(() => {
        clearTimeout(timer)
        resolve()
      })
  })
}
