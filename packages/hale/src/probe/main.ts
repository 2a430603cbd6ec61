#!/usr/bin/env node
import { commandLine } from './command-line.ts'

// What Node warns of, such as NODE_TLS_REJECT_UNAUTHORIZED, would stand on stderr, and ECS takes that for a failure.
process.removeAllListeners('warning')

// The look-up of a name cannot be cut short, and a process that exits waits for it: with a name server that is silent
// and two search domains for twenty seconds, by the defaults of glibc, whatever the timeout is.
process.env.RES_OPTIONS ??= 'timeout:1 attempts:2'

// No await: this is built as CommonJS too, which starts faster and has none here.
void commandLine(process.argv.slice(2), process.env).then(({ code, out, err }) => {
  write(1, out)
  write(2, err)
  // At once, whatever is still open.
  process.exit(code)
})

/** By descriptor, since the streams take longer to make than a probe takes, and closed ones change nothing. */
function write(descriptor: 1 | 2, text: string | undefined): void {
  if (text === undefined) return
  try {
    process.getBuiltinModule('node:fs').writeSync(descriptor, text)
  } catch {
    // Nobody listens; the exit code says it.
  }
}
