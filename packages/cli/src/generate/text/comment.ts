/** As wide as comments get, indentation included: fits beside a diff. */
const WIDTH = 100
/** However deep they are. */
const LEAST_WIDTH = 40
/** What some language may take for the end of a line, and so of a comment. */
const OTHER_CONTROL = /[^\P{Cc}\n]|[\u2028\u2029]/gu

/** A text as lines of a width; line feeds within it stay, and words longer than the width are left whole. */
export function wrapped(text: string, width: number): readonly string[] {
  return text
    .replace(OTHER_CONTROL, ' ')
    .split('\n')
    .flatMap((paragraph) => {
      const lines: string[] = []
      let line = ''
      for (const word of paragraph.split(' ')) {
        if (line !== '' && line.length + 1 + word.length > width) {
          lines.push(line)
          line = ''
        }
        line = line === '' ? word : `${line} ${word}`
      }
      return [...lines, line]
    })
}

/** A text as comment lines, each with its indentation and no line feed at the end. */
export function commentLines(
  text: string,
  { indent = 0, prefix = '#' }: { readonly indent?: number; readonly prefix?: string } = {},
): readonly string[] {
  const width = Math.max(LEAST_WIDTH, WIDTH - indent - prefix.length - 1)
  return wrapped(text, width).map((line) => `${' '.repeat(indent)}${prefix} ${line}`.trimEnd())
}

/** The same as one text that ends in a line feed, to stand before what it is about. */
export function comment(
  text: string,
  options: { readonly indent?: number; readonly prefix?: string } = {},
): string {
  return `${commentLines(text, options).join('\n')}\n`
}
