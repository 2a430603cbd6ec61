#!/usr/bin/env node
import { runCommandLine } from './command/run.ts'
import { processTerminal } from './command/terminal.ts'
import { verbs } from './verbs/index.ts'

// What a probe writes to stderr ECS takes for a failure, and Node would warn there of what the environment says.
if (process.argv[2] === 'probe') process.removeAllListeners('warning')

process.exitCode = await runCommandLine(process.argv.slice(2), processTerminal(), verbs)
