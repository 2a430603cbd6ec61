// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts about references
/** What is wrong with the syntax, in words of our own: the parser's show what stands there. */
export function syntaxProblem(
  code: string,
  text: string,
  offset: number,
): { readonly text: string; readonly hint?: string } {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1
  const lineEnd = text.indexOf('\n', offset)
  const line = text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd)
  // The brace of ${NAME} ends the { } around it.
  if (/[{[,].*[^"'$]\$\{/.test(line) && !code.startsWith('TAG'))
    return { text: texts[code] ?? unreadable, hint: 'within { } and [ ] put "${NAME}" in quotes' }
  const hint = hints[code]
  return { text: texts[code] ?? unreadable, ...(hint !== undefined && { hint }) }
}

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
  BLOCK_AS_IMPLICIT_KEY: 'a key must stand on a line of its own',
  BLOCK_IN_FLOW: 'within { } and [ ] there are no indented blocks',
  KEY_OVER_1024_CHARS: 'a key of more than 1024 characters',
  MISSING_CHAR: 'something is missing here, such as a colon, a comma, a quote or a closing bracket',
  MULTILINE_IMPLICIT_KEY: 'a key must be on one line',
  MULTIPLE_ANCHORS: 'two anchors for one value',
  MULTIPLE_DOCS: 'a second document; a definition is one',
  MULTIPLE_TAGS: 'two tags for one value',
  TAB_AS_INDENT: 'a tab; YAML is indented by spaces',
  TAG_RESOLVE_FAILED: 'a tag that is not known here',
  UNEXPECTED_TOKEN: 'something that does not belong here',
}

const hints: Readonly<Record<string, string>> = {
  BAD_DQ_ESCAPE: 'write \\\\ for a backslash, or use single quotes',
  BAD_SCALAR_START: 'put the text in quotes',
  MULTIPLE_DOCS: 'put it in a file of its own',
  TAB_AS_INDENT: 'replace it by spaces',
  TAG_RESOLVE_FAILED: 'remove it; a secret is read from a file by { file: /run/secrets/name }',
}
