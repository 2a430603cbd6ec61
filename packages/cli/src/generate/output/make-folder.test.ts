import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { makeFolder } from './make-folder.ts'

const root = mkdtempSync(join(tmpdir(), 'hale-make-folder-'))
afterAll(() => rmSync(root, { recursive: true }))

it('makes a folder with those around it, at the same time as others, and takes one that is there', async () => {
  const paths = ['a/b/c', 'a/b/d', 'a', '.'].map((path) => join(root, path))
  await Promise.all(paths.map(makeFolder))
  for (const path of paths) expect(existsSync(path)).toBe(true)
  symlinkSync(join(root, 'a'), join(root, 'linked'))
  await makeFolder(join(root, 'linked', 'e'))
  expect(existsSync(join(root, 'a', 'e'))).toBe(true)
})

it('fails where a file is in the way', async () => {
  writeFileSync(join(root, 'file'), '')
  await expect(makeFolder(join(root, 'file'))).rejects.toMatchObject({ code: 'EEXIST' })
  await expect(makeFolder(join(root, 'file', 'x'))).rejects.toMatchObject({ code: 'ENOTDIR' })
})

it.runIf(process.platform === 'linux')('ends where no folder can be made', async () => {
  await expect(makeFolder('/proc/none')).rejects.toMatchObject({ code: 'ENOENT' })
  await expect(makeFolder('/proc/none/more')).rejects.toMatchObject({ code: 'ENOENT' })
})
