#!/usr/bin/env node
import { runCommandLine } from './command/run.ts'
import { processTerminal } from './command/terminal.ts'

process.exitCode = await runCommandLine(process.argv.slice(2), processTerminal())
