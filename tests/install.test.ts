import { execFile, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test, vi } from 'vitest'
import { install, isInstalled } from '../tools/install.mjs'
import { inProject } from '../tools/project.mjs'
import { nodeProblem } from '../tools/required-node.mjs'
import { temporaryTree } from './temporary-tree.ts'

// npm takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

const packageOf = (version: string) => ({ name: 'tree', version })
const lockOf = (version: string) => ({
  name: 'tree',
  version,
  lockfileVersion: 3,
  requires: true,
  packages: { '': packageOf(version) },
})

describe('installing', () => {
  test('is done once, and again when the lock file changed or node_modules went', async () => {
    const root = temporaryTree({ 'package.json': packageOf('1.0.0'), 'package-lock.json': lockOf('1.0.0') })
    expect(await install('all', root)).toBe(true)
    expect(await install('all', root)).toBe(false)
    expect(isInstalled('example', root), 'all holds what the example needs').toBe(true)
    writeFileSync(join(root, 'package-lock.json'), JSON.stringify(lockOf('1.0.0'), null, 1))
    expect(isInstalled('all', root)).toBe(false)
    expect(await install('all', root)).toBe(true)
    rmSync(join(root, 'node_modules'), { recursive: true })
    expect(isInstalled('all', root)).toBe(false)
  })

  test('waits for whoever is at it, and then finds it done', async () => {
    const root = temporaryTree({ 'package.json': packageOf('1.0.0'), 'package-lock.json': lockOf('1.0.0') })
    const program = `import { install } from '${inProject('tools/install.mjs')}'; console.log(await install('all', ${JSON.stringify(root)}))`
    const others = [1, 2].map(() =>
      promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]),
    )
    const done = [
      await install('all', root),
      ...(await Promise.all(others)).map(({ stdout }) => stdout.trim()),
    ]
    expect(done.map(String).sort()).toEqual(['false', 'false', 'true'])
    expect(readdirSync(root).filter((name) => name.startsWith('.installing'))).toEqual([])
  })

  test('goes on where the one before has been killed', async () => {
    const root = temporaryTree({ 'package.json': packageOf('1.0.0'), 'package-lock.json': lockOf('1.0.0') })
    const { pid } = spawnSync(process.execPath, ['-e', ''])
    writeFileSync(join(root, '.installing'), String(pid))
    expect(await install('all', root)).toBe(true)
  })

  test('of the example does not count as installing all, nor does a marker of anything else', async () => {
    const root = temporaryTree({ 'package.json': packageOf('1.0.0'), 'package-lock.json': lockOf('1.0.0') })
    await install('all', root)
    const marker = readFileSync(join(root, 'node_modules', '.hale-installed.json'), 'utf8')
    writeMarker(root, marker.replace('"all"', '"example"'))
    expect([isInstalled('example', root), isInstalled('all', root)]).toEqual([true, false])
    for (const broken of ['', 'null', '{ "scope": "all", "fingerprint": "of another lock file" }']) {
      writeMarker(root, broken)
      expect(isInstalled('all', root)).toBe(false)
    }
  })

  test('that fails shows what npm said last and leaves no marker', async () => {
    const root = temporaryTree({
      'package.json': { ...packageOf('1.0.0'), dependencies: { 'not-in-the-lock': 'file:nowhere' } },
      'package-lock.json': lockOf('1.0.0'),
    })
    writeMarker(root, '{ "scope": "all", "fingerprint": "old" }')
    const failure = await install('all', root).catch((error: Error) => error.message)
    expect(failure).toMatch(/^npm ci failed with exit code 1\. Its last lines:/)
    expect(failure).toContain('not-in-the-lock')
    expect(failure).toContain('Mend: see CONTRIBUTING.md')
    expect(existsSync(join(root, 'node_modules', '.hale-installed.json'))).toBe(false)
  })
})

function writeMarker(root: string, text: string): void {
  mkdirSync(join(root, 'node_modules'), { recursive: true })
  writeFileSync(join(root, 'node_modules', '.hale-installed.json'), text)
}

describe('an old Node is told', () => {
  test.for(['18.20.0', '20.18.3', '16.0.0'])('%s', (version) => {
    expect(nodeProblem(version)).toMatch(
      new RegExp(`needs Node 20.19 or newer; this is Node ${version}.\\nMend: `),
    )
  })
  test.for(['20.19.0', '20.20.2', '22.0.0', '26.1.0'])('%s is new enough', (version) => {
    expect(nodeProblem(version)).toBeUndefined()
  })
})
