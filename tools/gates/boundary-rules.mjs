// @ts-check

/**
 * Which folder of packages/hale/src may import which. A folder that is not its own neighbour is made of files that
 * do not know each other: no check imports a check, no adapter an adapter.
 *
 * @type {Record<string, { imports: string[], node?: true }>}
 */
export const FOLDERS = {
  errors: { imports: ['errors'] },
  core: { imports: ['core', 'errors'] },
  'check-parts': { imports: ['check-parts', 'core', 'errors'], node: true },
  checks: { imports: ['check-parts', 'core', 'errors'], node: true },
  circuits: { imports: ['core', 'errors'] },
  http: { imports: ['http', 'core', 'errors'] },
  'http/formats': { imports: ['http/formats', 'core', 'errors'] },
  'http/schema': { imports: ['http/schema', 'http/formats', 'core', 'errors'] },
  mirror: { imports: ['mirror', 'core', 'errors'] },
  cluster: { imports: ['cluster', 'core', 'errors'], node: true },
  server: { imports: ['server', 'http', 'core', 'errors'], node: true },
  'off-loop': { imports: ['off-loop', 'server', 'mirror', 'http', 'core', 'errors'], node: true },
  adapters: { imports: ['server', 'http', 'core', 'errors'], node: true },
  grpc: { imports: ['grpc', 'core', 'errors'] },
  nest: { imports: ['nest', 'http', 'core', 'errors'], node: true },
  probe: { imports: ['probe', 'check-parts', 'core', 'errors'], node: true },
  shutdown: { imports: ['shutdown', 'core', 'errors'], node: true },
  testing: { imports: ['testing', 'shutdown', 'http', 'core', 'errors'], node: true },
}

/**
 * The same of packages/cli/src: the verbs load the rooms, and the rooms know each other along the way that data takes.
 *
 * @type {Record<string, { imports: string[] }>}
 */
export const CLI_FOLDERS = {
  command: { imports: ['command'] },
  verbs: {
    imports: ['verbs', 'command', 'probe', 'serve', 'watch', 'generate', 'doctor', 'completion', 'profile'],
  },
  endpoint: { imports: ['endpoint', 'command'] },
  definition: { imports: ['definition', 'command'] },
  profile: { imports: ['profile', 'definition', 'endpoint', 'command'] },
  probe: { imports: ['probe', 'command'] },
  serve: { imports: ['serve', 'definition', 'command'] },
  watch: { imports: ['watch', 'endpoint', 'command'] },
  generate: { imports: ['generate', 'profile', 'command'] },
  doctor: { imports: ['doctor', 'profile', 'command'] },
  completion: { imports: ['completion', 'command'] },
}

const SOURCE = '^packages/hale/src/'
const CLI_SOURCE = '^packages/cli/src/'
const TEST = '[.]test[.]ts$'
/** @type {import('dependency-cruiser').DependencyType[]} */
const THIRD_PARTY = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-bundled', 'npm-no-pkg', 'npm-unknown']

/** @param {readonly string[]} folders */
const anyOf = (folders, source = SOURCE) => `${source}(?:${folders.join('|')})/`
const withNode = Object.keys(FOLDERS).filter((folder) => FOLDERS[folder]?.node)

/**
 * @param {Record<string, { imports: string[] }>} folders
 * @param {string} source
 * @returns {import('dependency-cruiser').IForbiddenRuleType[]}
 */
const rulesOf = (folders, source) =>
  Object.entries(folders).map(([folder, { imports }]) => ({
    name: `${folder}-imports-only-${imports.join('-')}`,
    severity: 'error',
    from: { path: anyOf([folder], source), pathNot: TEST },
    to: { path: source, pathNot: anyOf(imports, source) },
  }))

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
export const FORBIDDEN = [
  ...rulesOf(FOLDERS, SOURCE),
  ...rulesOf(CLI_FOLDERS, CLI_SOURCE),
  {
    name: 'index-imports-only-core-and-errors',
    severity: 'error',
    from: { path: `${SOURCE}index[.]ts$` },
    to: { path: SOURCE, pathNot: anyOf(['core', 'errors']) },
  },
  {
    name: 'nothing-imports-a-test',
    severity: 'error',
    from: {},
    to: { path: TEST },
  },
  {
    // The pure folders run where there is no Node: workers, Deno, browsers.
    name: `only-${withNode.join('-')}-import-node`,
    severity: 'error',
    from: { path: SOURCE, pathNot: [TEST, anyOf(withNode)] },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'library-imports-no-package',
    severity: 'error',
    from: { path: SOURCE, pathNot: [TEST, anyOf(['adapters', 'nest'])] },
    to: { dependencyTypes: THIRD_PARTY },
  },
  {
    name: 'adapters-import-packages-for-their-types-only',
    severity: 'error',
    from: { path: anyOf(['adapters']), pathNot: TEST },
    to: { dependencyTypes: THIRD_PARTY, dependencyTypesNot: ['type-only'] },
  },
  {
    // A module of Nest is made of Nest's own decorators and tokens: the one sub-path that imports its framework.
    name: 'nest-imports-nest-alone',
    severity: 'error',
    from: { path: anyOf(['nest']), pathNot: TEST },
    to: { dependencyTypes: THIRD_PARTY, pathNot: '@nestjs/(?:common|core)/' },
  },
  {
    name: 'library-never-imports-its-own-build',
    severity: 'error',
    from: { path: SOURCE, pathNot: TEST },
    to: { path: '^packages/hale/dist/' },
  },
  {
    name: 'hale-only-by-its-public-sub-paths',
    severity: 'error',
    from: { path: '^(?:examples|tests|packages/(?!hale/))' },
    to: { path: SOURCE },
  },
  {
    name: 'cli-monitor-and-gateway-do-not-know-each-other',
    severity: 'error',
    from: { path: '^packages/(cli|monitor|gateway)/' },
    to: { path: '^packages/(?!hale/|$1/)' },
  },
  // Of sources: the bundler's chunks may import each other, where one is loaded later.
  { name: 'no-cycle', severity: 'error', from: { pathNot: '/dist/' }, to: { circular: true } },
  { name: 'every-import-resolves', severity: 'error', from: {}, to: { couldNotResolve: true } },
]
