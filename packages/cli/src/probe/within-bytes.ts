import type { ProbeResult } from 'hale/probe'

/** What Docker and Consul keep of a probe's output. */
const mostBytes = 4096
const forTheRest = 64

/**
 * A head and a line for each result, in 4096 bytes: of more than fit those go first that are well, from the end, and a
 * last line says how many. What is cut off by somebody else would be the last, well or not.
 */
export function withinBytes(head: string, lines: readonly string[], results: readonly ProbeResult[]): string {
  const bytesOf = (text: string): number => Buffer.byteLength(text) + 1
  let bytes = [head, ...lines].reduce((sum, line) => sum + bytesOf(line), 0)
  const leftOut = new Set<number>()
  const least = bytes <= mostBytes ? [] : indexesByWorth(results)
  for (const index of least) {
    if (bytes <= mostBytes - forTheRest) break
    bytes -= bytesOf(lines[index] ?? '')
    leftOut.add(index)
  }
  const up = [...leftOut].filter((index) => results[index]?.status === 'UP').length
  const rest = leftOut.size === 0 ? [] : [`… and ${leftOut.size} more, ${up} of them UP`]
  return `${[head, ...lines.filter((_, index) => !leftOut.has(index)), ...rest].join('\n')}\n`
}

const worth: readonly ProbeResult['status'][] = ['UP', 'DEGRADED', 'DOWN']

/** Those that may be left out first come first. */
function indexesByWorth(results: readonly ProbeResult[]): readonly number[] {
  const rank = (index: number): number => worth.indexOf(results[index]?.status ?? 'UP')
  return [...results.keys()].sort((one, other) => rank(one) - rank(other) || other - one)
}
