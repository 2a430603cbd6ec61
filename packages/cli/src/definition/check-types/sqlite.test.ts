import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHealth } from 'hale'
import Database from 'libsql'
import { afterAll, expect, it } from 'vitest'
import { checkTypes } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'hale-sqlite-'))
afterAll(() => rmSync(folder, { recursive: true }))

const drivers: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['libsql', () => import('libsql')],
  // From Node 22.13 on.
  ['node:sqlite', () => import('node:sqlite' as string).catch(() => undefined)],
]

for (const [name, load] of drivers) {
  const driver = await load()
  if (driver === undefined) continue
  it(`asks the file that is there now, and makes none, with ${name}`, async () => {
    const path = join(folder, `${name.replace(':', '-')}.db`)
    const making = { driver, children: {}, clientError: () => {} }
    const made = await checkTypes
      .get('sqlite')
      ?.make({ path } as never, { maxAgeMs: { up: 0, down: 0 } } as never, making)
    if (made === undefined) throw new Error('there is no such type')
    await using health = createHealth({ checks: { it: made.check } })
    const status = async () => (await health.readiness()).checks.it
    expect(await status()).toMatchObject({ status: 'DOWN' })
    expect(existsSync(path)).toBe(false)
    const database = new Database(path, {})
    database.exec('CREATE TABLE orders (id INTEGER)')
    expect(await status()).toMatchObject({ status: 'UP', message: 'readable' })
    const other = new Database(`${path}.next`, {})
    other.exec('CREATE TABLE others (id INTEGER)')
    other.close()
    writeFileSync(`${path}.broken`, 'no database at all, however long one looks at it'.repeat(100))
    renameSync(`${path}.broken`, path)
    expect(await status()).toMatchObject({ status: 'DOWN' })
    renameSync(`${path}.next`, path)
    expect(await status()).toMatchObject({ status: 'UP' })
    rmSync(path)
    expect(await status()).toMatchObject({ status: 'DOWN' })
    expect(existsSync(path)).toBe(false)
    database.close()
    await made.close?.()
  })
}
