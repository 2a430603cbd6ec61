import { spawnSync } from 'node:child_process'
import { readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { inProject } from '../tools/project.mjs'
import { sourceAliases } from '../tools/vitest/hale-source.mjs'
import { temporaryTree } from './temporary-tree.ts'

// Each test starts a vitest of its own.
vi.setConfig({ testTimeout: 60_000 })

const TESTS = `import { test } from 'vitest'
test('passes', () => {})
test('needs a server', (context) => context.skip('redis is not here: apt install redis-server'))
test.skip('without a reason', () => {})
test.todo('later')
`

function runVitest(tests: Record<string, string>, { fail }: { fail: boolean }) {
  const root = temporaryTree({
    'vitest.config.mjs': `import { skipsReporter } from '${inProject('tools/vitest/skips-reporter.mjs')}'
import { countsReporter } from '${inProject('tools/vitest/counts-reporter.mjs')}'
export default { test: { include: ['*.test.ts'], reporters: ['default', skipsReporter({ fail: ${fail} }), countsReporter('counts.json')] } }
`,
    ...tests,
  })
  symlinkSync(inProject('node_modules'), join(root, 'node_modules'))
  const { status, stdout } = spawnSync(
    process.execPath,
    [inProject('node_modules/vitest/vitest.mjs'), 'run'],
    {
      cwd: root,
      encoding: 'utf8',
      env: { PATH: process.env.PATH },
    },
  )
  return { status, stdout, counts: JSON.parse(readFileSync(join(root, 'counts.json'), 'utf8')) }
}

test('skipped tests are listed with their reasons', () => {
  const { status, stdout, counts } = runVitest({ 'some.test.ts': TESTS }, { fail: false })
  expect(status).toBe(0)
  expect(counts).toEqual({ passed: 1, failed: 0, skipped: 3 })
  expect(stdout).toContain('Skipped (3):')
  expect(stdout).toContain('some.test.ts > needs a server: redis is not here: apt install redis-server')
  expect(stdout).toContain('some.test.ts > without a reason: no reason given')
})

test('skipped tests fail a full run', () => {
  const { status, stdout } = runVitest({ 'some.test.ts': TESTS }, { fail: true })
  expect(status).toBe(1)
  expect(stdout).toContain('A full run may skip nothing')
})

test('what may not be done here is listed, and fails no run', () => {
  const tests = `import { test } from 'vitest'
test('passes', () => {})
test('needs rights', (context) => context.skip('not permitted: making namespaces'))
`
  const { status, stdout, counts } = runVitest({ 'some.test.ts': tests }, { fail: true })
  expect(status).toBe(0)
  expect(counts).toEqual({ passed: 1, failed: 0, skipped: 1 })
  expect(stdout).toContain('some.test.ts > needs rights: not permitted: making namespaces')
})

test('a file that does not load counts as failed, and a run without tests fails', () => {
  const broken = runVitest({ 'broken.test.ts': "import './absent.ts'\n" }, { fail: false })
  expect([broken.status, broken.counts]).toEqual([1, { passed: 0, failed: 1, skipped: 0 }])
  expect(runVitest({}, { fail: false })).toMatchObject({
    status: 1,
    counts: { passed: 0, failed: 0, skipped: 0 },
  })
})

test('every public sub-path of the package resolves to its source', () => {
  const root = temporaryTree({
    'package.json': {
      name: 'hale',
      exports: {
        '.': { types: './dist/index.d.ts', default: './dist/index.js' },
        './checks/http': { types: './dist/checks/http.d.ts', default: './dist/checks/http.js' },
        './without-source': './dist/without-source.js',
        './package.json': './package.json',
      },
    },
    'src/index.ts': '',
    'src/checks/http.ts': '',
  })
  const resolve = (specifier: string) =>
    sourceAliases(root).find(({ find }) => find.test(specifier))?.replacement
  expect(resolve('hale')).toBe(join(root, 'src/index.ts'))
  expect(resolve('hale/checks/http')).toBe(join(root, 'src/checks/http.ts'))
  expect(resolve('hale/without-source')).toBeUndefined()
  expect(resolve('hale-other')).toBeUndefined()
})
