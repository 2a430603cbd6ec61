import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'

const mostBytes = 65_536

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'the file of the secret is not there',
  ENOTDIR: 'the file of the secret is not there',
  EACCES: 'the file of the secret may not be read by this user',
  EISDIR: 'the file of the secret is a folder',
}

/** What a secret's file holds, without the line end that editors and `echo` put there; or what is wrong with it. */
export function readSecret(
  folder: string,
  file: string,
): { readonly secret: string } | { readonly problem: string } {
  try {
    const path = resolve(folder, file)
    const { size } = statSync(path)
    if (size > mostBytes) return { problem: `the file of the secret holds more than ${mostBytes} bytes` }
    const secret = readFileSync(path, 'utf8').replace(/\r?\n$/, '')
    return secret === '' ? { problem: 'the file of the secret is empty' } : { secret }
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code)
    return { problem: reasons[code] ?? 'the file of the secret could not be read' }
  }
}
