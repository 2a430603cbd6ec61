// East Asian wide and full width (Unicode's EastAsianWidth W and F), without what is not assigned.
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{18cff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]/u
const emoji = /^(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f|\p{Regional_Indicator})/u
const empty = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]/u

let segmenter: Intl.Segmenter | undefined

function graphemesOf(text: string): readonly string[] {
  // Printable ASCII, which most texts are made of.
  if (/^[\x20-\x7e]*$/.test(text)) return text.split('')
  segmenter ??= new Intl.Segmenter()
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

function cellsOf(grapheme: string): number {
  if (empty.test(grapheme)) return 0
  return wide.test(grapheme) || emoji.test(grapheme) ? 2 : 1
}

/** The columns that a text without styles takes on a terminal. */
export function widthOf(text: string): number {
  return graphemesOf(text).reduce((sum, grapheme) => sum + cellsOf(grapheme), 0)
}

/** As much of the text as `width` columns hold, with `mark` at the end where some is missing. */
export function cut(text: string, width: number, mark = '…'): string {
  if (width <= 0) return ''
  if (widthOf(text) <= width) return text
  let kept = ''
  let left = width - widthOf(mark)
  for (const grapheme of graphemesOf(text)) {
    left -= cellsOf(grapheme)
    if (left < 0) break
    kept += grapheme
  }
  return kept + mark
}

/** Exactly `width` columns: cut or filled with spaces, to the left of the text for `'right'`. */
export function fitted(text: string, width: number, mark?: string, align: 'left' | 'right' = 'left'): string {
  const shown = cut(text, width, mark)
  const space = ' '.repeat(Math.max(0, width - widthOf(shown)))
  return align === 'left' ? shown + space : space + shown
}
