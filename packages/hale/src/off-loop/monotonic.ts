/** Milliseconds of a clock that every thread of the process reads alike; `performance.now()` is each thread's own. */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + nanoseconds / 1_000_000
}
