import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, it } from 'vitest'
import { FileWatch } from './watch-files.ts'

const root = mkdtempSync(join(tmpdir(), 'hale-watch-files-'))
const open: FileWatch[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.close()
})
afterAll(() => rmSync(root, { recursive: true }))

function watched(files: readonly string[], pollMs = 60_000) {
  const seen = { changes: 0, failures: 0 }
  const watch = new FileWatch(
    () => seen.changes++,
    () => seen.failures++,
    { pollMs },
  )
  open.push(watch)
  watch.watch(files)
  return { seen, watch }
}

const place = (): string => mkdtempSync(join(root, 'place-'))

it('sees a file that is replaced, and a link before it that is turned, and not what else is in the folder', async () => {
  const folder = place()
  const path = join(folder, 'hale.yaml')
  writeFileSync(join(folder, 'a.yaml'), 'a')
  writeFileSync(join(folder, 'b.yaml'), 'bb')
  symlinkSync('a.yaml', path)
  const { seen } = watched([path])
  writeFileSync(join(folder, 'other'), 'x')
  symlinkSync('b.yaml', join(folder, 'next'))
  renameSync(join(folder, 'next'), path)
  await expect.poll(() => seen.changes).toBe(1)
  writeFileSync(join(folder, 'new'), 'ccc')
  renameSync(join(folder, 'new'), path)
  await expect.poll(() => seen.changes).toBe(2)
})

it('sees a Secret of Kubernetes, whose files are links through a link that is turned, once for all its files', async () => {
  const folder = place()
  const turn = (version: string): void => {
    mkdirSync(join(folder, version))
    for (const name of ['token', 'tls.key']) writeFileSync(join(folder, version, name), version)
    symlinkSync(version, join(folder, '..data_tmp'))
    renameSync(join(folder, '..data_tmp'), join(folder, '..data'))
  }
  turn('..2026_1')
  for (const name of ['token', 'tls.key']) symlinkSync(join('..data', name), join(folder, name))
  const { seen } = watched([join(folder, 'token'), join(folder, 'tls.key')])
  turn('..2026_2')
  rmSync(join(folder, '..2026_1'), { recursive: true })
  await expect.poll(() => seen.changes).toBe(1)
  turn('..2026_3')
  await expect.poll(() => seen.changes).toBe(2)
})

it('sees what no folder tells of: behind a link to elsewhere, not there yet, and gone for good', async () => {
  const [folder, elsewhere] = [place(), place()]
  writeFileSync(join(elsewhere, 'real'), 'a')
  symlinkSync(join(elsewhere, 'real'), join(folder, 'linked'))
  const late = join(root, 'not-there-yet', 'token')
  const { seen } = watched([join(folder, 'linked'), late], 20)
  expect(seen.failures).toBe(1)
  writeFileSync(join(elsewhere, 'real'), 'bb')
  await expect.poll(() => seen.changes).toBe(1)
  mkdirSync(join(root, 'not-there-yet'))
  writeFileSync(late, 'x')
  await expect.poll(() => seen.changes).toBe(2)
  rmSync(join(elsewhere, 'real'))
  await expect.poll(() => seen.changes).toBe(3)
})

it('watches others from then on, and keeps what it knows of those that stay', async () => {
  const [one, other] = [place(), place()]
  const [kept, added] = [join(one, 'kept'), join(other, 'added')]
  for (const path of [kept, added]) writeFileSync(path, 'a')
  const { seen, watch } = watched([kept])
  writeFileSync(kept, 'changed before it was seen')
  watch.watch([kept, added])
  await expect.poll(() => seen.changes).toBe(1)
  watch.watch([added])
  writeFileSync(kept, 'no longer looked at')
  writeFileSync(added, 'bb')
  await expect.poll(() => seen.changes).toBe(2)
})
