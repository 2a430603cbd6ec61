/** Lines around a change, as `diff -u` shows them. */
const AROUND = 3

interface Line {
  readonly sign: ' ' | '-' | '+'
  readonly text: string
}

/** What `diff -u` would print, and `patch` takes; nothing when nothing differs. */
export function unifiedDiff(path: string, before: string, after: string): string {
  if (before === after) return ''
  const lines = compared(linesOf(before), linesOf(after))
  const hunks = hunksOf(lines).map((hunk) => shown(lines, hunk))
  const name = path.replaceAll('\\', '/').replace(/^(?:\.?\/)+/, '')
  // Where a name has blanks only a tab says where it ends.
  const end = name.includes(' ') ? '\t' : ''
  return `--- a/${name}${end}\n+++ b/${name}${end}\n${hunks.join('')}`
}

function linesOf(text: string): readonly string[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') return lines.slice(0, -1)
  return [...lines.slice(0, -1), `${lines.at(-1)}\n\\ No newline at end of file`]
}

/** By the longest common subsequence of what is left between the equal beginning and the equal end. */
function compared(before: readonly string[], after: readonly string[]): readonly Line[] {
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start++
  let end = 0
  const most = Math.min(before.length, after.length) - start
  while (end < most && before.at(-1 - end) === after.at(-1 - end)) end++
  const same = (text: string): Line => ({ sign: ' ', text })
  return [
    ...before.slice(0, start).map(same),
    ...middle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...before.slice(before.length - end).map(same),
  ]
}

function middle(before: readonly string[], after: readonly string[]): readonly Line[] {
  const width = after.length + 1
  const lengths = new Uint32Array((before.length + 1) * width)
  const lengthAt = (row: number, column: number): number => lengths[row * width + column] ?? 0
  for (let row = before.length - 1; row >= 0; row--) {
    for (let column = after.length - 1; column >= 0; column--) {
      lengths[row * width + column] =
        before[row] === after[column]
          ? lengthAt(row + 1, column + 1) + 1
          : Math.max(lengthAt(row + 1, column), lengthAt(row, column + 1))
    }
  }
  const lines: Line[] = []
  let row = 0
  let column = 0
  while (row < before.length || column < after.length) {
    const old = before[row]
    const now = after[column]
    if (old !== undefined && old === now) {
      lines.push({ sign: ' ', text: old })
      row++
      column++
    } else if (
      old !== undefined &&
      (now === undefined || lengthAt(row + 1, column) >= lengthAt(row, column + 1))
    ) {
      lines.push({ sign: '-', text: old })
      row++
    } else {
      lines.push({ sign: '+', text: now ?? '' })
      column++
    }
  }
  return lines
}

/** Ranges of lines; changes whose surroundings meet are one. */
function hunksOf(lines: readonly Line[]): readonly (readonly [number, number])[] {
  const hunks: [number, number][] = []
  for (const [at, { sign }] of lines.entries()) {
    if (sign === ' ') continue
    const from = Math.max(0, at - AROUND)
    const to = Math.min(lines.length, at + AROUND + 1)
    const last = hunks.at(-1)
    if (last !== undefined && from <= last[1]) last[1] = to
    else hunks.push([from, to])
  }
  return hunks
}

function shown(lines: readonly Line[], [from, to]: readonly [number, number]): string {
  const count = (part: readonly Line[], other: '-' | '+'): number =>
    part.filter(({ sign }) => sign !== other).length
  const before = lines.slice(0, from)
  const hunk = lines.slice(from, to)
  const range = (other: '-' | '+'): string => `${count(before, other) + 1},${count(hunk, other)}`
  return `@@ -${range('+')} +${range('-')} @@\n${hunk.map(({ sign, text }) => `${sign}${text}\n`).join('')}`
}
