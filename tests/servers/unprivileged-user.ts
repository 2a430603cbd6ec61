import { readFileSync } from 'node:fs'

/** Who runs a program, by number. */
export interface SystemUser {
  readonly uid: number
  readonly gid: number
}

/** Who runs a server that refuses to run as root: as root its own user, or else nobody; otherwise whoever runs the tests. */
export function unprivilegedUser(own: string): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined
  const entries = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const entry = entries.find(([name]) => name === own) ?? entries.find(([name]) => name === 'nobody')
  if (!entry) throw new Error(`running as root, and there is neither a user ${own} nor nobody`)
  return { uid: Number(entry[2]), gid: Number(entry[3]) }
}
