import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

/** Of `--cacert`, for whom {@link authority} finds nothing in it. */
export const noAuthority =
  '--cacert takes a file with certificates, PEM: this one has none, or cannot be read'

/** The certificates that a file holds, as PEM; undefined where it has none, or cannot be read. */
export function authority(file: string, cwd: string): string | undefined {
  try {
    const pem = readFileSync(resolve(cwd, file), 'utf8')
    return /-----BEGIN (?:[A-Z0-9]+ )?CERTIFICATE-----/.test(pem) ? pem : undefined
  } catch {
    return undefined
  }
}
