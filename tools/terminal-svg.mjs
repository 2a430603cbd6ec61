// @ts-check

/** @typedef {{ text: string, style: Style }} Cell */
/** @typedef {{ bold?: boolean, dim?: boolean, colour?: string }} Style */

const colours = { 31: '#ff7b72', 32: '#56d364', 33: '#e3b341', 36: '#76e3ea' }
const cellWidth = 8.4
const lineHeight = 19
const margin = 16

/**
 * A picture of a terminal after `output` was written to it, light on dark. It knows what our commands write: positions,
 * erasing of lines, and the styles of `Terminal`; anything else is left out.
 *
 * @param {string} output
 * @param {{ columns: number, rows: number, title: string }} options
 */
export function terminalSvg(output, { columns, rows, title }) {
  const lines = screenAfter(output, rows)
  const width = Math.ceil(columns * cellWidth + 2 * margin)
  const height = rows * lineHeight + 2 * margin
  const texts = lines.flatMap((cells, row) => runsOf(cells).map((run) => textOf(run, row)))
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escaped(title)}</title>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="#0d1117" stroke="#30363d"/>
<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14" fill="#e6edf3">
${texts.join('\n')}
</g>
</svg>
`
}

/**
 * @param {string} output
 * @param {number} rows
 */
function screenAfter(output, rows) {
  /** @type {Cell[][]} */
  const lines = Array.from({ length: rows }, () => [])
  let row = 0
  let column = 0
  /** @type {Style} */
  let style = {}
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
  for (const [part, parameters, final] of output.matchAll(/\u001b\[([?0-9;]*)([A-Za-z])|[\s\S]/gu)) {
    if (final === 'H') [row, column] = [Number(parameters?.split(';')[0] || 1) - 1, 0]
    else if (final === 'K') lines[row] = []
    else if (final === 'J') for (const line of lines) line.length = 0
    else if (final === 'm') style = styled(style, parameters ?? '')
    else if (final !== undefined) continue
    else if (part === '\r') column = 0
    else if (part === '\n') row += 1
    else {
      const line = lines[row]
      while (line && line.length < column) line.push({ text: ' ', style: {} })
      if (line) line[column] = { text: part, style }
      column += 1
    }
  }
  return lines
}

/**
 * @param {Style} before
 * @param {string} parameters
 * @returns {Style}
 */
function styled(before, parameters) {
  const style = { ...before }
  for (const code of parameters.split(';')) {
    const colour = colours[/** @type {keyof typeof colours} */ (Number(code))]
    if (code === '' || code === '0') return {}
    if (code === '1') style.bold = true
    else if (code === '2') style.dim = true
    else if (code === '22') style.bold = style.dim = false
    else if (code === '39') delete style.colour
    else if (colour !== undefined) style.colour = colour
  }
  return style
}

/**
 * What stands side by side in one style.
 *
 * @param {readonly Cell[]} cells
 */
function runsOf(cells) {
  /** @type {{ column: number, text: string, style: Style }[]} */
  const runs = []
  for (const [column, { text, style }] of cells.entries()) {
    const last = runs.at(-1)
    if (last && JSON.stringify(last.style) === JSON.stringify(style)) last.text += text
    else runs.push({ column, text, style })
  }
  return runs.filter(({ text }) => text.trim() !== '')
}

/**
 * @param {{ column: number, text: string, style: Style }} run
 * @param {number} row
 */
function textOf({ column, text, style: { bold, dim, colour } }, row) {
  const x = (margin + column * cellWidth).toFixed(1)
  const y = margin + row * lineHeight + 14
  // Each column at its place, whatever font there is; spaces that do not break are not drawn together either.
  const length = (text.length * cellWidth).toFixed(1)
  const weight = bold ? ' font-weight="bold"' : ''
  const fill = colour ? ` fill="${colour}"` : dim ? ' fill="#8b949e"' : ''
  return `<text x="${x}" y="${y}" textLength="${length}"${weight}${fill}>${escaped(text).replaceAll(' ', '\u00a0')}</text>`
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
