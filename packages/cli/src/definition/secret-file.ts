import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'

const mostBytes = 65_536

const isGone = new Set(['ENOENT', 'ENOTDIR'])

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'the file of the secret is not there',
  ENOTDIR: 'the file of the secret is not there',
  EACCES: 'the file of the secret may not be read by this user',
}

/** What a secret's file holds, without the line end that editors and `echo` put there; or what is wrong with it. */
export function readSecret(
  file: string,
): { readonly secret: string } | { readonly problem: string; readonly isGone?: boolean } {
  try {
    const stats = statSync(file)
    if (stats.isDirectory()) return { problem: 'the file of the secret is a folder' }
    // Devices have no size, and pipes may keep the process waiting for ever.
    if (!stats.isFile()) return { problem: 'the file of the secret is no ordinary file' }
    if (stats.size > mostBytes)
      return { problem: `the file of the secret holds more than ${mostBytes} bytes` }
    const secret = readFileSync(file, 'utf8').replace(/\r?\n$/, '')
    return secret === '' ? { problem: 'the file of the secret is empty' } : { secret }
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code)
    return { problem: reasons[code] ?? 'the file of the secret could not be read', isGone: isGone.has(code) }
  }
}

/**
 * Where a secret's file is looked for, with its name only where that is plainly a path: another may be the secret
 * itself, put in the wrong place.
 */
export function placeHint(name: string, folder: string): string | undefined {
  if (/^(?:\.{0,2}\/)[\w./-]{1,200}$/.test(name)) return `it is looked for at ${resolve(folder, name)}`
  return name.includes('/') ? undefined : `it is looked for in ${folder}`
}
