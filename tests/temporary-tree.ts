import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { getCurrentTest } from 'vitest/suite'

/**
 * A tree of the given files in a temporary directory, removed when the test that asks for it is finished. A value
 * that is not text is written as JSON.
 */
export function temporaryTree(files: Record<string, string | object>): string {
  // Once such a test has awaited anything, vitest takes another that runs beside it for the one that asks.
  if (getCurrentTest()?.concurrent) throw new Error('a concurrent test can have no temporary tree')
  const root = mkdtempSync(join(tmpdir(), 'hale-tree-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return root
}
