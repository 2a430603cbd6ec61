// @ts-check
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectRoot } from '../project.mjs'
import { verdict } from './verdict.mjs'

/**
 * The pages in docs/api are those that the doc comments make, and nothing is exported without one.
 *
 * @type {import('./verdict.mjs').Gate}
 */
export async function apiDocs(root = projectRoot) {
  // Loaded with the first use: the other gates need not wait for it.
  const { pagesIn, writeApiDocs } = await import('../api-docs.mjs')
  const made = mkdtempSync(join(tmpdir(), 'hale-api-docs-'))
  try {
    const { pages, problems } = await writeApiDocs(made, root)
    const kept = join(root, 'docs', 'api')
    const names = new Set([...pagesIn(made), ...pagesIn(kept)])
    const [expected, found] = [made, kept].map((directory) => texts(directory, pagesIn(directory)))
    const stale = [...names].filter((name) => expected?.get(name) !== found?.get(name)).sort()
    return verdict(pages, 'pages', [
      ...problems,
      ...stale.map((name) => `docs/api/${name} is not what the doc comments say`),
      ...(stale.length > 0 ? ['npm run api-docs writes them'] : []),
    ])
  } finally {
    rmSync(made, { recursive: true, force: true })
  }
}

/**
 * @param {string} directory
 * @param {readonly string[]} names
 * @returns {Map<string, string>}
 */
function texts(directory, names) {
  // Git may check out text with the line ends of the platform.
  return new Map(
    names.map((name) => [name, readFileSync(join(directory, name), 'utf8').replaceAll('\r\n', '\n')]),
  )
}
