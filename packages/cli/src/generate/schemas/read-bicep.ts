/**
 * The variables of a Bicep file that are literals, read by something else than what writes them: one property or item a
 * line, strings in single quotes.
 *
 * @throws SyntaxError when it is anything else.
 */
export function readBicepVariables(text: string): Readonly<Record<string, unknown>> {
  const variables: Record<string, unknown> = {}
  const bare = text.replace(/^\s*\/\/.*\n/gm, '')
  for (const [, name = '', literal = ''] of bare.matchAll(/^var (\w+) = (\{\n[\s\S]*?\n\})$/gm)) {
    variables[name] = JSON.parse(asJson(literal))
  }
  return variables
}

function asJson(literal: string): string {
  return literal
    .split('\n')
    .map((line, index, lines) => {
      const next = lines[index + 1]?.trim() ?? ''
      const opens = /[[{]$/.test(line)
      const closes = next === '' || /^[\]}]/.test(next)
      const quoted = line
        .replace(/'((?:[^'\\]|\\.)*)'/g, (_, inner: string) =>
          JSON.stringify(inner.replace(/\\(['$\\])/g, '$1')),
        )
        .replace(/^(\s*)(\w+):/, '$1"$2":')
      return opens || closes ? quoted : `${quoted},`
    })
    .join('\n')
}
