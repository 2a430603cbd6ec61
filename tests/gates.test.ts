import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { writeApiDocs } from '../tools/api-docs.mjs'
import { bundle } from '../tools/bundle.mjs'
import { apiDocs } from '../tools/gates/api-docs.mjs'
import { boundaries } from '../tools/gates/boundaries.mjs'
import { checksTable } from '../tools/gates/checks-table.mjs'
import { packedCli } from '../tools/gates/cli-package.mjs'
import { docExamples } from '../tools/gates/doc-examples.mjs'
import { packedPackage } from '../tools/gates/package.mjs'
import { publicTypes } from '../tools/gates/public-types.mjs'
import { publishedTypes } from '../tools/gates/published-types.mjs'
import { style } from '../tools/gates/style.mjs'
import { types } from '../tools/gates/types.mjs'
import { typescript7 } from '../tools/gates/typescript-7.mjs'
import { unused } from '../tools/gates/unused.mjs'
import { GATES } from '../tools/gates.mjs'
import { pack } from '../tools/pack.mjs'
import { inProject } from '../tools/project.mjs'
import { temporaryTree } from './temporary-tree.ts'

// Gates start compilers and npm, which take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

/** The project's own configuration, so that what is proved is what runs. */
function withConfiguration(root: string, ...names: string[]): string {
  for (const name of names) symlinkSync(inProject(name), join(root, name))
  return root
}

const manifestEntry = (path: string) => ({ types: `./dist/${path}.d.ts`, default: `./dist/${path}.js` })
const source = (path: string) => `packages/hale/src/${path}`

describe('every gate', () => {
  test.for(GATES.map(({ name, gate }) => [name, gate] as const))(
    '%s fails where there is nothing',
    async ([, gate]) => {
      const { seen, problems } = await gate(temporaryTree({}))
      expect(seen).toBe(0)
      expect(problems[0]).toMatch(/^saw no .+: an empty gate proves nothing$/)
    },
  )
})

describe('a planted violation is caught by', () => {
  test('style', async () => {
    const tooLong = Array.from({ length: 301 }, (_, line) => `export const line${line} = ${line}`).join('\n')
    const root = withConfiguration(
      temporaryTree({
        [source('core/loud.ts')]: "export function loud(value: any): void {\n  console.log('x', value)\n}\n",
        [source('core/long.ts')]: `${tooLong}\n`,
        [source('core/crooked.ts')]: 'export const a = "b";\n',
      }),
      'biome.json',
    )
    const { seen, problems } = await style(root)
    expect(seen).toBe(4)
    for (const rule of [
      'noExplicitAny',
      'noConsole',
      'noExcessiveLinesPerFile',
      'crooked.ts: not formatted',
    ]) {
      expect(problems.join()).toContain(rule)
    }
  })

  test('boundaries', async () => {
    const root = temporaryTree({
      [source('core/a.ts')]: "import '../http/b.ts'\nimport './c.ts'\nimport 'node:fs'\n",
      [source('core/c.ts')]: "import './a.ts'\nimport './absent.ts'\n",
      [source('http/b.ts')]: "import 'left-pad'\nexport const b = 1\n",
      [source('checks/one.ts')]: "import './two.ts'\nimport 'node:net'\n",
      [source('checks/two.ts')]: "import '../testing/clock.ts'\n",
      [source('testing/clock.ts')]: "import 'node:timers'\nexport const clock = 1\n",
      [source('adapters/d.ts')]:
        "import type { X } from 'types-only'\nimport { y } from 'left-pad'\nexport const d: X = y\n",
      [source('misc/e.ts')]: 'export const e = 1\n',
      'examples/one/src/main.ts':
        "import { b } from '../../../packages/hale/src/http/b.ts'\nexport const x = b\n",
      'node_modules/left-pad/package.json': { name: 'left-pad', version: '1.0.0', main: 'index.js' },
      'node_modules/left-pad/index.js': '',
      'node_modules/types-only/package.json': { name: 'types-only', version: '1.0.0', main: 'index.js' },
      'node_modules/types-only/index.js': '',
      'package.json': { name: 'root', dependencies: { 'left-pad': '1.0.0', 'types-only': '1.0.0' } },
    })
    const { seen, problems } = await boundaries(root)
    expect(seen).toBe(8)
    const found = problems
      .map((problem) =>
        problem.replaceAll(source(''), '').replace(/^only-.+-import-node/, 'only-some-import-node'),
      )
      .sort()
    expect(found).toEqual([
      'adapters-import-packages-for-their-types-only: adapters/d.ts → node_modules/left-pad/index.js',
      'checks-imports-only-check-parts-core-errors: checks/one.ts → checks/two.ts',
      'checks-imports-only-check-parts-core-errors: checks/two.ts → testing/clock.ts',
      'core-imports-only-core-errors: core/a.ts → http/b.ts',
      'every-import-resolves: core/c.ts → ./absent.ts',
      'hale-only-by-its-public-sub-paths: examples/one/src/main.ts → http/b.ts',
      'library-imports-no-package: http/b.ts → node_modules/left-pad/index.js',
      'misc has no rule: add it to tools/gates/boundary-rules.mjs',
      'no-cycle: core/a.ts → core/c.ts → core/a.ts',
      'only-some-import-node: core/a.ts → fs',
    ])
  })

  test('unused', async () => {
    const root = temporaryTree({
      'package.json': { name: 'root', private: true, workspaces: ['packages/*'] },
      'knip.json': { workspaces: { 'packages/*': { project: ['src/**/*.ts'] } } },
      'packages/hale/package.json': {
        name: 'hale',
        main: './src/index.ts',
        dependencies: { 'left-pad': '1.0.0' },
      },
      [source('index.ts')]: "import { used } from './used.ts'\nexport const x = used\n",
      [source('used.ts')]: 'export const used = 1\nexport const idle = 2\n',
      [source('forgotten.ts')]: 'export const forgotten = 1\n',
    })
    const { problems } = await unused(root)
    for (const name of ['left-pad', 'idle', 'forgotten.ts']) expect(problems[0]).toContain(name)
    expect(problems[0]).not.toContain(' used ')
  })

  test('types', async () => {
    const root = temporaryTree({
      'tsconfig.tests.json': {
        compilerOptions: { strict: true, noEmit: true, types: [], lib: ['es2023'], skipLibCheck: true },
        include: ['tests'],
      },
      'tests/wrong.test.ts': "export const n: number = 'text'\n",
    })
    const { seen, problems } = await types(root)
    expect(seen).toBe(1)
    expect(problems).toEqual([expect.stringContaining('tests/wrong.test.ts(1,14): error TS2322')])
  })

  test('typescript-7', async () => {
    const root = temporaryTree({
      'packages/hale/tsconfig.json': { compilerOptions: { strict: true, types: [] }, include: ['src'] },
      [source('wrong.ts')]: "export const n: number = 'text'\n",
    })
    const { seen, problems } = await typescript7(root)
    expect(seen).toBe(1)
    expect(problems).toEqual([expect.stringContaining('TS2322')])
  })

  test('public-types', async () => {
    const built = (path: string) => `packages/hale/dist/${path}.d.ts`
    const root = temporaryTree({
      'packages/hale/package.json': {
        name: 'hale',
        type: 'module',
        exports: { '.': manifestEntry('index'), './http': manifestEntry('http/index') },
      },
      [built('index')]: [
        "import type { Base, Hidden } from './core/hidden.ts'",
        "export type { Options } from './http/index.ts'",
        'export declare function serve<T extends Hidden>(of: T): Promise<T>',
        'export interface Extending extends Base { readonly map: ReadonlyMap<string, Date> }',
      ].join('\n'),
      [built('core/hidden')]: [
        'export interface Hidden { readonly deeper: Deeper }',
        'export interface Base { readonly inherited: Inherited }',
        'interface Inherited {}',
        'type Deeper = string',
        'export interface Internal { readonly deep: Deeper }',
      ].join('\n'),
      [built('http/index')]: 'export interface Options { readonly a?: Options }\n',
    })
    const { seen, problems } = await publicTypes(root)
    expect(seen).toBe(3)
    expect(problems).toEqual([
      '.: Extending names Inherited, which no sub-path exports',
      '.: serve names Deeper, which no sub-path exports',
      '.: serve names Hidden, which no sub-path exports',
    ])
  })

  test('doc-examples', async () => {
    const root = temporaryTree({
      'node_modules/hale/package.json': {
        name: 'hale',
        type: 'module',
        exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
      },
      'node_modules/hale/dist/index.d.ts':
        'export declare function check(name: string): number\nexport interface Health { readonly ready: boolean }\n',
      [source('check.ts')]: [
        '/**',
        ' * ```ts',
        ' * const short: number = check(String(health.ready))',
        " * check('right'); check(1)",
        ' * ```',
        ' * @example',
        ' * check(2)',
        ' */',
        'export const x = 1',
      ].join('\n'),
      'docs/page.md': [
        '```ts',
        "check('not imported')",
        '```',
        '```ts ignore',
        '```',
        '```ts ignore: shows an error',
        'no!',
        '```',
      ].join('\n'),
      'README.md':
        "```ts\nimport { check } from 'hale'\nconst pool = check('its own pool')\nexport const n: number = pool\n```\n",
      'docs/whole.md': [
        '```ts',
        "import { check } from 'hale'",
        'check(String(health))',
        '```',
        '```ts',
        'String(health)',
        '```',
      ].join('\n'),
    })
    const { seen, problems } = await docExamples(root)
    expect(seen).toBe(5)
    expect(problems).toEqual([
      `${source('check.ts')}:6 an @example without a \`\`\`ts fence is not checked`,
      expect.stringMatching(/^docs\/page.md:4 `ignore` is no reason/),
      `${source('check.ts')}:4 Argument of type 'number' is not assignable to parameter of type 'string'.`,
      // What imports anything looks whole, and has nothing but its imports.
      "docs/whole.md:3 Cannot find name 'health'.",
      "docs/page.md:2 Cannot find name 'check'.",
    ])
  })

  test('api-docs', async () => {
    const root = withConfiguration(
      temporaryTree({
        'packages/hale/package.json': {
          name: 'hale',
          type: 'module',
          exports: { '.': manifestEntry('index'), './http': manifestEntry('http/index') },
        },
        'packages/hale/tsconfig.json': { extends: '../../tsconfig.base.json', include: ['src'] },
        [source('index.ts')]: [
          '/** Says hello. */',
          'export function hello(): void {}',
          'export function silent(): void {}',
          'export interface Bare { readonly a: number }',
          '/** Is called. */',
          'export type Called = (a: string) => void',
          "export type { Options } from './http/index.ts'",
        ].join('\n'),
        [source('http/index.ts')]: '/** How. */\nexport interface Options { readonly a?: string }\n',
        'docs/api/gone.md': '# gone\n',
      }),
      'tsconfig.base.json',
    )
    const bare = ['silent', 'Bare'].map((name) => `hale: ${name} is exported without a doc comment`)
    const stale = (name: string) => `docs/api/${name}.md is not what the doc comments say`
    const { seen, problems } = await apiDocs(root)
    expect(seen).toBe(3)
    expect(problems).toEqual([
      ...bare,
      ...['README', 'gone', 'hale', 'hale/http'].map(stale),
      'npm run api-docs writes them',
    ])
    await writeApiDocs(join(root, 'docs/api'), root)
    expect((await apiDocs(root)).problems).toEqual(bare)
    expect(readFileSync(join(root, 'docs/api/hale.md'), 'utf8')).toContain('Says hello.')
    writeFileSync(join(root, source('http/index.ts')), '/** Why. */\nexport interface Options {}\n')
    expect((await apiDocs(root)).problems).toEqual([
      ...bare,
      stale('hale/http'),
      'npm run api-docs writes them',
    ])
  })

  test('checks-table', async () => {
    const root = temporaryTree({
      [source('checks/http.ts')]: '',
      [source('checks/http.test.ts')]: '',
      [source('checks/dns.ts')]: '',
      'packages/hale/package.json': { exports: { './checks/http': './x.js', './checks/tcp': './y.js' } },
      'docs/checks.md':
        '| import from | asks |\n|---|---|\n| `hale/checks/http` | … |\n| [`hale/checks/tls`](#tls) | … |\n',
    })
    const { seen, problems } = await checksTable(root)
    expect(seen).toBe(4)
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual(['dns', 'tcp', 'tls'])
  })

  test('package', async () => {
    const root = temporaryTree({
      'packages/hale/package.json': {
        name: 'hale',
        version: '1.0.0',
        license: 'MIT',
        type: 'module',
        files: ['dist'],
        exports: {
          '.': { types: './dist/index.d.ts', default: './dist/index.js' },
          './broken': { types: './dist/index.d.ts', default: './dist/broken.js' },
          './absent': './dist/absent.js',
        },
        optionalDependencies: {},
      },
      'packages/hale/README.md': '# hale\n',
      'packages/hale/LICENSE': 'MIT\n',
      'packages/hale/dist/index.js': 'export const a = 1\n',
      'packages/hale/dist/index.d.ts': 'export declare const a: number\n',
      'packages/hale/dist/broken.js': "throw new Error('cannot load')\n",
      'packages/hale/dist/left.test.js': '',
    })
    writeFileSync(join(root, 'packages/hale/dist/where.js'), `export const where = '${root}'\n`)
    const { seen, problems } = await packedPackage(root)
    expect(seen).toBe(8)
    const all = problems.join('\n')
    expect(all).toContain('dist/left.test.js does not belong in the package')
    expect(all).toContain('dist/where.js names a directory of the machine that built it')
    expect(all).toContain('import of hale/broken: cannot load')
    expect(all).toContain('require of hale/broken: cannot load')
    expect(all).toMatch(/import of hale\/absent: Cannot find module/)
    expect(all).toMatch(/publint: .*absent/)
    expect(all).toContain('attw: ')
  })

  test('cli-package', async () => {
    const root = temporaryTree({
      'packages/cli/package.json': {
        name: '@hale/cli',
        version: '1.0.0',
        license: 'MIT',
        type: 'module',
        bin: { hale: './dist/main.js' },
        files: ['dist'],
        exports: { './hale.schema.json': './hale.schema.json' },
        dependencies: {},
      },
      'packages/cli/README.md': '# @hale/cli\n',
      'packages/cli/hale.schema.json': '{}\n',
      'packages/cli/dist/main.js': "#!/usr/bin/env node\nconsole.log('1.0.0')\n",
      'packages/cli/dist/left.test.js': '',
    })
    const { seen, problems } = await packedCli(root)
    expect(seen).toBe(4)
    const all = problems.join('\n')
    expect(all).toContain('LICENSE is not in the package')
    expect(all).toContain('hale.schema.json is not in the package')
    expect(all).toContain('dist/left.test.js does not belong in the package')
    expect(all).toMatch(/publint: .*hale\.schema\.json/)
    expect(all).not.toContain('hale --version')
    expect(all).toContain('hale probe tcp://127.0.0.1:1 ended with 0, and said: 1.0.0')
    expect(all).toContain('hale doctor deploy ended with 0')
  })

  test('package, in declarations that are not those that were built', async () => {
    const built = [
      '/** Says hello. */',
      'export declare function hello(name: string): void',
      'export interface Kept {',
      '  /** In ms. */',
      '  readonly ageMs: number',
      '}',
      'export interface Lost { readonly a: number }',
      'export declare const same: unique symbol',
      'export interface Same { readonly [same]?: string }',
    ].join('\n')
    const published = [
      built
        .replace('/** Says hello. */', '')
        .replace('/** In ms. */', '')
        .replace(/export interface Lost.*/, ''),
      'export declare const wrong: Absent',
    ].join('\n')
    const root = temporaryTree({
      'package.json': { name: 'user', type: 'module' },
      'built/package.json': { name: 'hale', type: 'module' },
      'built/dist/index.d.ts': built,
      'node_modules/hale/package.json': {
        name: 'hale',
        type: 'module',
        exports: { '.': manifestEntry('index') },
      },
      'node_modules/hale/dist/index.d.ts': published,
    })
    const manifest = {
      name: 'hale',
      exports: { '.': manifestEntry('index'), './gone': manifestEntry('gone') },
    }
    const problems = await publishedTypes(root, join(root, 'built'), manifest)
    const differs = (name: string) => `.: the published declaration of ${name} is not the one that was built`
    expect(problems.slice(2)).toEqual([
      differs('hello'),
      differs('Kept'),
      differs('Lost'),
      differs('wrong'),
      './gone: its declarations are not in the package',
    ])
    expect(problems[1]).toMatch(/user\.ts: Cannot find module 'hale\/gone'/)
    expect(problems[0]).toMatch(/index\.d\.ts: Cannot find name 'Absent'/)
  })
})

describe('the packed package', () => {
  const packed = async (files: Record<string, string | object>) => {
    const root = temporaryTree({
      'hale/package.json': {
        name: 'hale',
        version: '1.0.0',
        type: 'module',
        files: ['dist'],
        scripts: { prepublishOnly: 'exit 1' },
        exports: { '.': manifestEntry('index'), './http': manifestEntry('http/index') },
      },
      'hale/dist/http/index.d.ts': "export type { Shared } from '../core/shared.ts'\n",
      ...files,
    })
    const { filename, files: names } = await pack(join(root, 'hale'), root)
    execFileSync('tar', ['-xzf', filename], { cwd: root })
    const read = (path: string) => readFileSync(join(root, 'package', path), 'utf8')
    return { root, names: names.map(({ path }) => path).sort(), read }
  }

  test('has one declaration for each public entry, and what they share once', async () => {
    const { root, names, read } = await packed({
      'hale/dist/index.d.ts': "export { hello } from './core/hello.ts'\n",
      'hale/dist/core/hello.d.ts': [
        "import type { Shared } from './shared.ts'",
        '/** Says hello. */',
        'export declare function hello(to: Shared): void',
        'export declare function internal(): void',
      ].join('\n'),
      'hale/dist/core/shared.d.ts': 'export interface Shared { readonly a: number }\n',
      'hale/dist/core/unreached.d.ts': 'export declare const unreached: 1\n',
    })
    expect(names).toEqual(['dist/http/index.d.ts', 'dist/index.d.ts', 'package.json'])
    const all = read('dist/index.d.ts') + read('dist/http/index.d.ts')
    expect(all.match(/interface Shared/g)).toHaveLength(1)
    expect(read('dist/index.d.ts')).toContain('/** Says hello. */')
    expect(read('dist/index.d.ts')).not.toContain('internal')
    expect(JSON.parse(read('package.json'))).not.toHaveProperty('scripts')
    // What compilers and editors of this repository work with is still there.
    expect(existsSync(join(root, 'hale/dist/core/unreached.d.ts'))).toBe(true)
  })

  test('is not made when a declaration is missing', async () => {
    await expect(packed({})).rejects.toThrow('.: ./dist/index.d.ts is not built')
    const reachesNothing = { 'hale/dist/index.d.ts': "export { x } from './core/absent.ts'\n" }
    await expect(packed(reachesNothing)).rejects.toThrow('Could not resolve')
  })
})

describe('the bundled code', () => {
  test('keeps the names of functions and classes, and tells lines apart', async () => {
    const root = temporaryTree({
      'package.json': { name: 'hale', exports: { '.': manifestEntry('index') } },
      'dist/kept.json': '{}',
      'src/index.ts': [
        'export class Registry {',
        '  #settings = 1',
        '  run(firstArgument: number) {',
        '    const outcome = this.#finish(firstArgument)',
        '    return `',
        '      kept` + outcome',
        '  }',
        '  #finish(value: number) {',
        '    if (value > this.#settings) throw new Error("too much")',
        '    return value',
        '  }',
        '}',
        'const arrow = (value: number) => new Registry().run(value)',
        'export { arrow as called }',
      ].join('\n'),
    })
    await bundle(root)
    const code = readFileSync(join(root, 'dist/index.js'), 'utf8')
    expect(code).not.toMatch(/firstArgument|outcome/)
    const { Registry, called } = await import(/* @vite-ignore */ join(root, 'dist/index.js'))
    expect(Registry.name).toBe('Registry')
    expect(called.name).toBe('arrow')
    expect(called(1)).toBe('\n      kept1')
    const thrown = await new Promise<unknown>((resolve) => resolve(called(2))).catch((error) => error)
    const stack = thrown instanceof Error ? `${thrown.stack}` : ''
    expect(stack).toMatch(/Registry\.#finish .*\n.*Registry\.run .*\n.*arrow /)
    const lines = [...stack.matchAll(/index\.js:(\d+):/g)].map(([, line]) => line)
    expect(new Set(lines).size).toBe(3)
  })
})

test('the gates command names what failed and exits non-zero', () => {
  const run = (...gates: string[]) =>
    execFileSync(process.execPath, [inProject('tools/gates.mjs'), ...gates], { stdio: 'pipe' })
  expect(() => run('no-such-gate')).toThrow('no such gate: no-such-gate; there are style, boundaries')
  expect(() => run('checks-table', 'no-such-gate')).toThrow('no such gate: no-such-gate;')
})

test.each(['pack', 'api-docs'])('%s, asked for help, says what it does and does none of it', (tool) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [inProject(`tools/${tool}.mjs`), '--help'], {
    encoding: 'utf8',
  })
  expect({ status, stdout, stderr }).toEqual({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(/^takes no arguments, got --help; it (installs|writes)\b.*\n$/),
  })
})
