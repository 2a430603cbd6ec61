#!/usr/bin/env node
import { runCommandLine } from './command/run.ts'
import { processTerminal } from './command/terminal.ts'
import { verbs } from './verbs/index.ts'

const isProbe = process.argv[2] === 'probe'

// What a probe writes to stderr ECS takes for a failure, and Node would warn there of what the environment says.
if (isProbe) process.removeAllListeners('warning')

const terminal = processTerminal((told) => {
  // The exit code of a probe is its answer, whatever becomes of its text.
  if (isProbe) return
  terminal.err(`hale: ${told}\n`)
  process.once('exit', (code) => {
    if (code === 0) process.exitCode = 1
  })
})

process.exitCode = await runCommandLine(process.argv.slice(2), terminal, verbs)
