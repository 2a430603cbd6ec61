import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Wanted } from './provide.ts'

/** Debian's gRPC for Python: what is looked for is a folder of the module, since it brings no program. */
export const pythonGrpc: Wanted = {
  name: "Python's gRPC",
  program: 'grpc/_cython',
  debianPackage: 'python3-grpcio',
  directories: () => ['/usr/lib/python3/dist-packages'],
}

// The one that Debian's modules belong to; the first on PATH may be another.
const python = '/usr/bin/python3'
const script = fileURLToPath(new URL('../fixtures/grpc-health-client.py', import.meta.url))

/** A Python process that asks a gRPC health service. */
export interface PythonGrpcClient {
  readonly process: ChildProcess
  /** What it has said so far: statuses, then how the call ended. */
  lines(): readonly string[]
  readonly ended: Promise<readonly string[]>
}

export function askByPython(verb: 'check' | 'watch' | 'list', ...args: readonly string[]): PythonGrpcClient {
  const child = spawn(python, [script, verb, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  const lines = (): readonly string[] => text.split('\n').slice(0, -1)
  const ended = new Promise<readonly string[]>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => resolve(lines()))
  })
  return { process: child, lines, ended }
}
