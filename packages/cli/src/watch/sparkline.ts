import type { Signs } from './look.ts'

/** Below it a difference is noise, and is not drawn as high as the sky. */
const leastTopMs = 10

/** The last `width` latencies as bars over zero; those that failed are undefined. Filled with spaces on the left. */
export function sparkline(
  latencies: readonly (number | undefined)[],
  width: number,
  { bars, failed }: Signs,
): string {
  const shown = width <= 0 ? [] : latencies.slice(-width)
  const top = Math.max(leastTopMs, ...shown.map((ms) => ms ?? 0))
  const signs = shown.map((ms) => {
    if (ms === undefined) return failed
    const level = Math.min(bars.length - 1, Math.floor((ms / top) * bars.length))
    return bars[level]
  })
  return signs.join('').padStart(width)
}
