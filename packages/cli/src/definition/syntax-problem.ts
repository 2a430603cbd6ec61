// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts about references
import { type Document, visit } from 'yaml'

interface Syntax {
  readonly at: number
  readonly text: string
  readonly hint?: string
}

/** A mistake as the parser tells of it. */
export interface ParserError {
  readonly code: string
  readonly message: string
  readonly pos: readonly [number, number]
}

/** More are told by nobody, and read by nobody. */
const mostTold = 10

/** What is wrong with the syntax, one for each line: what else is on a line has mostly come of the first. */
export function syntaxProblems(
  errors: readonly ParserError[],
  text: string,
  document: Document,
): readonly Syntax[] {
  const told = new Map<number, Syntax>()
  for (const error of errors) {
    const found = syntaxProblem(error, text, document)
    const line = text.lastIndexOf('\n', found.at - 1)
    if (told.size < mostTold && !told.has(line)) told.set(line, found)
  }
  return [...told.values()]
}

/** In words of our own: the parser's show what stands there. */
function syntaxProblem({ code, message, pos: [at] }: ParserError, text: string, document: Document): Syntax {
  if (message.startsWith('Missing closing') && message.endsWith('quote'))
    return { at: lastQuoted(document, at), text: 'a text in quotes has no end' }
  const [, bracket] = /must be sufficiently indented and end with a (\S)$/.exec(message) ?? []
  if (bracket !== undefined)
    return { at, text: `a ${bracket} is missing, or what stands before it is not indented` }
  const lineStart = Math.max(text.lastIndexOf('\n', at - 1) + 1, at - lookedAt)
  const lineEnd = text.indexOf('\n', at)
  const line = text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd).slice(0, 2 * lookedAt)
  // The brace of ${NAME} ends the { } around it.
  if (/[{[,].*[^"'$]\$\{/.test(line) && !code.startsWith('TAG'))
    return { at, text: texts[code] ?? unreadable, hint: 'within { } and [ ] put "${NAME}" in quotes' }
  const hint = hints[code]
  return { at, text: texts[code] ?? unreadable, ...(hint !== undefined && { hint }) }
}

/** The parser notices at the end of the file only; where the quote was opened is what has to be mended. */
function lastQuoted(document: Document, before: number): number {
  let found = before
  visit(document, {
    Scalar(_, { type, range }) {
      if ((type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE') && range) found = range[0]
    },
  })
  return found
}

/** Characters around a mistake; of a line of a megabyte the expression above would take for ever. */
const lookedAt = 200

const unreadable = 'this is not YAML'

const texts: Readonly<Record<string, string>> = {
  ALIAS_PROPS: 'an alias takes no anchor and no tag',
  BAD_ALIAS: 'an alias of nothing that was named before',
  BAD_COLLECTION_TYPE: 'the tag does not fit what it stands before',
  BAD_DIRECTIVE: 'a line beginning with % that is no directive',
  BAD_DQ_ESCAPE: 'an unknown escape in double quotes',
  BAD_INDENT: 'the indentation does not fit the lines around it',
  BAD_PROP_ORDER: 'an anchor or tag in the wrong place',
  BAD_SCALAR_START: 'a plain text cannot begin with this character',
  BLOCK_AS_IMPLICIT_KEY: 'a second name with a colon on this line',
  BLOCK_IN_FLOW: 'a second name with a colon, or an indented block within { } or [ ]',
  KEY_OVER_1024_CHARS: 'a key of more than 1024 characters',
  MISSING_CHAR: 'something is missing here, such as a colon, a comma, a quote or a closing bracket',
  MULTILINE_IMPLICIT_KEY: 'a key must be on one line',
  MULTIPLE_ANCHORS: 'two anchors for one value',
  MULTIPLE_DOCS: 'a second document; a definition is one',
  MULTIPLE_TAGS: 'two tags for one value',
  RESOURCE_EXHAUSTION: 'deeper than any definition needs',
  TAB_AS_INDENT: 'a tab; YAML is indented by spaces',
  TAG_RESOLVE_FAILED: 'a tag that is not known here',
  UNEXPECTED_TOKEN: 'something that does not belong here',
  YAML_1_1: 'a definition is read as YAML 1.2, where yes and no are texts',
}

const hints: Readonly<Record<string, string>> = {
  BLOCK_AS_IMPLICIT_KEY: 'put a text that holds a colon and a space in quotes',
  BLOCK_IN_FLOW: 'put a text that holds a colon and a space in quotes',
  BAD_DQ_ESCAPE: 'write \\\\ for a backslash, or use single quotes',
  BAD_SCALAR_START: 'put the text in quotes',
  MULTIPLE_DOCS: 'put it in a file of its own',
  TAB_AS_INDENT: 'replace it by spaces',
  YAML_1_1: 'remove the line',
  TAG_RESOLVE_FAILED: 'remove it; a secret is read from a file by { file: /run/secrets/name }',
}
