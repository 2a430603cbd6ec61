// @ts-check

/** @param {readonly number[]} values */
export function median(values) {
  if (values.length === 0) throw new Error('No values: nothing was measured')
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? NaN
  const lower = sorted[middle - 1] ?? NaN
  return sorted.length % 2 === 1 ? upper : (lower + upper) / 2
}

/** @param {readonly number[]} values */
export function total(values) {
  return values.reduce((sum, value) => sum + value, 0)
}
