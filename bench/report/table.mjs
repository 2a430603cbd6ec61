// @ts-check

/**
 * What a table is measured with.
 *
 * @typedef {object} Context
 * @property {boolean} quick a short run: fewer rounds, the same method
 * @property {import('../measure/load-process.mjs').LoadProcess} load
 * @property {(text: string) => void} progress
 */

/**
 * Cells are Markdown.
 *
 * @typedef {object} Measured
 * @property {readonly string[]} columns
 * @property {ReadonlyArray<readonly string[]>} rows
 * @property {readonly import('./goal.mjs').Goal[]} goals
 */

/**
 * @typedef {object} Table
 * @property {string} name as `--only` takes it
 * @property {string} title
 * @property {string} about what is measured and how to read it, in Markdown
 * @property {(context: Context) => Promise<Measured>} measure
 */

/**
 * Columns of equal width, for a terminal.
 *
 * @param {Measured} measured
 */
export function asText({ columns, rows, goals }) {
  const lines = [columns, ...rows].map((cells) => cells.map(plain))
  const widths = columns.map((_, index) => Math.max(...lines.map((cells) => cells[index]?.length ?? 0)))
  const aligned = lines.map((cells) =>
    cells
      .map((cell, index) =>
        index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
  return [...aligned, ...goals.map(verdict)].join('\n')
}

/** @param {import('./goal.mjs').Goal} goal */
export const verdict = ({ text, measured, met }) => `${met ? 'met' : 'GAP'}  ${plain(text)}: ${measured}`

/** @param {Measured} measured */
export function asMarkdown({ columns, rows, goals }) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`
  const rule = columns.map((_, index) => (index === 0 ? '---' : '---:'))
  const verdicts = goals.map(({ text, measured, met }) => `- ${met ? '✓' : '**gap**'} ${text}: ${measured}`)
  const table = [line(columns), line(rule), ...rows.map(line)].join('\n')
  return verdicts.length === 0 ? table : `${table}\n\nGoals:\n${verdicts.join('\n')}`
}

/** @param {string} markdown */
export const plain = (markdown) => markdown.replaceAll(/\*\*|`/g, '')
