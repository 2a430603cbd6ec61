import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bundle } from '../tools/bundle.mjs'
import { noticesFile } from '../tools/bundled-packages.mjs'
import { temporaryTree } from './temporary-tree.ts'

const licence = 'Copyright Somebody Else\n\nDo as you like, and keep this notice.'

const inside = { inner: 'index.js' }

/** A command that says what a package of CommonJS, which asks for a module of Node's, finds out. */
function command() {
  const root = temporaryTree({
    'package.json': {
      name: 'command',
      type: 'module',
      exports: { '.': { default: './dist/main.js' } },
    },
    'src/main.ts': "import { folder } from 'inner'\nconsole.log(folder('/a/b'))\n",
    'node_modules/inner/package.json': { name: 'inner', version: '1.2.3', license: 'ISC', main: 'index.js' },
    'node_modules/inner/index.js':
      "const path = require('node:path')\nexports.folder = (file) => path.dirname(file)\n",
    'node_modules/inner/LICENSE': `${licence}\n`,
    'dist/kept.json': '{}',
  })
  return { root, inner: join(root, 'node_modules/inner'), notices: join(root, 'dist', noticesFile) }
}

test('a bundled package is needed no more, and its licence stands beside the code', async () => {
  const { root, inner, notices } = command()
  await bundle(root, { inside })
  expect(readFileSync(notices, 'utf8')).toContain(`inner 1.2.3, ISC\n\n${licence}\n`)
  rmSync(inner, { recursive: true })
  expect(execFileSync(process.execPath, [join(root, 'dist/main.js')], { encoding: 'utf8' })).toBe('/a\n')
})

test('another version of a bundled package is bundled anew', async () => {
  const { root, inner, notices } = command()
  await bundle(root, { inside })
  const manifest = join(inner, 'package.json')
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('1.2.3', '1.2.4'))
  await bundle(root, { inside })
  expect(readFileSync(notices, 'utf8')).toContain('inner 1.2.4, ISC')
})

test('a package without a licence is not bundled', async () => {
  const { root, inner } = command()
  rmSync(join(inner, 'LICENSE'))
  await expect(bundle(root, { inside })).rejects.toThrow('inner has no licence to show')
  expect(existsSync(join(root, 'dist/main.js'))).toBe(false)
})

test('a package that is not to be bundled stays an import, and there is nothing to notice', async () => {
  const { root, notices } = command()
  await bundle(root)
  expect(readFileSync(join(root, 'dist/main.js'), 'utf8')).toContain('from"inner"')
  expect(existsSync(notices)).toBe(false)
})
