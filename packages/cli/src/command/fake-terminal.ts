import { stripVTControlCharacters } from 'node:util'
import type { Terminal } from './terminal.ts'

/** A terminal that keeps what was written, and in `shown` its progress, for tests. */
export function fakeTerminal(
  given: Partial<Terminal> = {},
): Terminal & { readonly said: { out: string; err: string }; readonly shown: string[] } {
  const said = { out: '', err: '' }
  const shown: string[] = []
  return {
    out: (text) => {
      said.out += stripVTControlCharacters(text)
    },
    err: (text) => {
      said.err += stripVTControlCharacters(text)
    },
    progress: (text) => {
      if (text !== '') shown.push(text)
    },
    style: (_, text) => text,
    interactive: false,
    columns: 100,
    signal: new AbortController().signal,
    env: {},
    cwd: '/',
    ...given,
    said,
    shown,
  }
}
