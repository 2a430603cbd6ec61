const SKIPPED = /(?:[\s,;\uFEFF]+|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))*/y

/** Behind blanks, lines, comments and separators. */
export function commentOrBlanks(text: string, from: number): number {
  SKIPPED.lastIndex = from
  return from + (SKIPPED.exec(text)?.[0].length ?? 0)
}

/** Behind the string that begins at `from`, whichever signs it is between; templates in it may hold strings again. */
export function endOfString(text: string, from: number): number {
  const quote = text[from]
  if (text.startsWith("'''", from)) {
    const end = text.indexOf("'''", from + 3)
    return end === -1 ? text.length : end + 3
  }
  let depth = 0
  for (let at = from + 1; at < text.length; at++) {
    const sign = text[at]
    if (sign === '\\') at++
    else if (sign === '\n') return at
    else if ((sign === '$' || sign === '%') && text[at + 1] === '{') {
      // Doubled, it is the sign itself.
      if (text[at - 1] !== sign) depth++
      at++
    } else if (sign === '}' && depth > 0) depth--
    else if (sign === quote && depth === 0) return at + 1
  }
  return text.length
}

/** What is between the quotes, as far as it is a literal. */
export function valueOfString(raw: string): string {
  const inner = raw.startsWith("'''") ? raw.slice(3, -3) : raw.slice(1, -1)
  return inner
    .replace(/\\(?:u(?:\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{4}))|([\s\S]))/g, (_, long, short, sign) =>
      sign !== undefined ? (ESCAPED[sign] ?? sign) : characterOf(Number.parseInt(long ?? short, 16)),
    )
    .replace(/([$%])\1\{/g, '$1{')
}

const ESCAPED: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }

function characterOf(code: number): string {
  return code > 0x10_ff_ff ? '\uFFFD' : String.fromCodePoint(code)
}

/** Behind an expression: the end of its line, or of what it stands in, past whatever brackets it opens itself. */
export function endOfExpression(text: string, from: number): number {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    const sign = text[at] ?? ''
    if (sign === '"' || sign === "'") at = endOfString(text, at) - 1
    else if (sign === '#' || (sign === '/' && /[/*]/.test(text[at + 1] ?? ''))) {
      if (depth === 0) return at
      at = Math.max(at, commentOrBlanks(text, at) - 1)
    } else if (sign === '<' && depth === 0 && HEREDOC.test(text.slice(at, at + 80)))
      return endOfHeredoc(text, at)
    else if ('([{'.includes(sign)) depth++
    else if (')]}'.includes(sign)) {
      if (depth === 0) return at
      depth--
    } else if (depth === 0 && (sign === '\n' || sign === ',')) return at
  }
  return text.length
}

const HEREDOC = /^<<[-~]?"?([A-Za-z_]\w*)"?[ \t]*\r?\n/

function endOfHeredoc(text: string, from: number): number {
  const name = HEREDOC.exec(text.slice(from, from + 80))?.[1] ?? ''
  const body = text.indexOf('\n', from) + 1
  const end = new RegExp(`^[ \\t]*${name}[ \\t]*\\r?$`, 'm').exec(text.slice(body))
  return end === null ? text.length : body + end.index + end[0].length
}
