import type { Command } from './command.ts'
import { durationFrom } from './figure.ts'

/** How long the program waits by itself, whatever its platform would allow; each program has its own way to say it. */
export interface CommandTimeout {
  readonly ms: number
  /** As the command says it. */
  readonly stated: string
}

const SAID = [
  [/\bcurl\b/, /\s(?:-[a-zA-Z]*m|--max-time)[ =]?\s*(\d+(?:\.\d+)?)(?=\s|$)/, 1000],
  [/\bwget\b/, /\s(?:-T|--timeout)[ =]?\s*(\d+(?:\.\d+)?)(?=\s|$)/, 1000],
  [/\bhale(?:-|\s+)probe\b|\bhale\/dist\/probe\//, /\s(?:-t|--timeout)[ =](\S+)/, 1],
  [/\bgrpc_health_probe\b/, /\s-{1,2}rpc-timeout[ =](\S+)/, 1],
] as const

export function commandTimeout({ text }: Command): CommandTimeout | undefined {
  for (const [program, flag, bare] of SAID) {
    const found = program.test(text) ? flag.exec(text) : null
    const ms = durationFrom(found?.[1] ?? '', bare)
    if (found !== null && ms !== undefined) return { ms, stated: found[0].trim() }
  }
  return undefined
}
