// @ts-check
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../project.mjs'
import { CLI_FOLDERS, FOLDERS, FORBIDDEN } from './boundary-rules.mjs'
import { verdict } from './verdict.mjs'

/**
 * Who may import whom: docs and boundary-rules.mjs say it, dependency-cruiser sees it.
 *
 * @type {import('./verdict.mjs').Gate}
 */
export async function boundaries(root = projectRoot) {
  const places = ['packages', 'examples', 'tests'].filter((place) => existsSync(join(root, place)))
  if (places.length === 0) return verdict(0, 'modules', [])
  const { cruise } = await import('dependency-cruiser')
  const { output } = await cruise(places, {
    baseDir: root,
    ruleSet: { forbidden: FORBIDDEN },
    validate: true,
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/dist/.*[.]d[.]ts$|/coverage/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.d.ts'],
    },
  })
  if (typeof output === 'string')
    throw new Error('dependency-cruiser answered with text instead of its result')
  const modules = output.modules
    .map(({ source }) => source)
    .filter((source) => /^packages\/[^/]+\/src\//.test(source))
  const problems = output.summary.violations.map(
    ({ rule, from, to, cycle }) =>
      `${rule.name}: ${from} → ${cycle ? cycle.map((step) => step.name).join(' → ') : to}`,
  )
  return verdict(modules.length, 'modules', [...problems, ...foldersWithoutRule(modules)])
}

/**
 * A folder that no rule names could import anything.
 *
 * @param {readonly string[]} modules
 */
function foldersWithoutRule(modules) {
  return Object.entries({ hale: FOLDERS, cli: CLI_FOLDERS }).flatMap(([name, rules]) => {
    const inFolder = new RegExp(`^packages/${name}/src/([^/]+)/`)
    return [...new Set(modules.map((source) => inFolder.exec(source)?.[1]))]
      .filter((folder) => folder && !(folder in rules))
      .map((folder) => `packages/${name}/src/${folder} has no rule: add it to tools/gates/boundary-rules.mjs`)
  })
}
