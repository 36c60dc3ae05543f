/**
 * Aborted after so many milliseconds of the machine's time, for `AbortSignal.any`. An `AbortSignal.timeout` would not do
 * there: nothing holds on to it, the garbage collector takes it, and the wait never ends (seen with Node 20.20).
 */
export function lateAfter(ms: number): AbortSignal {
  const late = new AbortController()
  setTimeout(() => late.abort(new DOMException(`no answer within ${ms} ms`, 'TimeoutError')), ms).unref()
  return late.signal
}
