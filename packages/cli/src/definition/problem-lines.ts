import type { DefinitionProblem } from './definition.ts'

/** One line a problem, as editors and compilers write them: `hale.yaml:4:11: checks.database.url: missing; …`. */
export function problemLines(file: string, problems: readonly DefinitionProblem[]): readonly string[] {
  return problems.map(({ line, column, path, text, hint }) => {
    const what = path === '' ? text : `${path}: ${text}`
    return `${file}:${line}:${column}: ${what}${hint === undefined ? '' : `; ${hint}`}`
  })
}
