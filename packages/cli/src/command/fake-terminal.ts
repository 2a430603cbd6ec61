import { stripVTControlCharacters } from 'node:util'
import type { Terminal } from './terminal.ts'

/** A terminal that keeps what was written, for tests. */
export function fakeTerminal(
  given: Partial<Terminal> = {},
): Terminal & { readonly said: { out: string; err: string } } {
  const said = { out: '', err: '' }
  return {
    out: (text) => {
      said.out += stripVTControlCharacters(text)
    },
    err: (text) => {
      said.err += stripVTControlCharacters(text)
    },
    style: (_, text) => text,
    interactive: false,
    columns: 100,
    signal: new AbortController().signal,
    env: {},
    cwd: '/',
    ...given,
    said,
  }
}
