import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fakeTerminal } from '../command/fake-terminal.ts'
import type { Terminal } from '../command/terminal.ts'
import { UsageError } from '../command/usage-error.ts'
import { type DoctorOptions, run } from './run.ts'

/** One finding, which `--fix` mends. */
export const EAGER = `apiVersion: v1
kind: Pod
metadata: {name: eager}
spec:
  containers:
    - name: app
      image: registry.example/app:1
      livenessProbe:
        tcpSocket: {port: 80}
        failureThreshold: 1 # strict
`
export const CALM = EAGER.replace('failureThreshold: 1', 'failureThreshold: 3')

type Hook = (act: () => Promise<void>) => void

/** A folder for each test, and what the doctor says in it; for tests, whose framework gives the hooks. */
export function doctorInFolder(beforeEach: Hook, afterEach: Hook) {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hale-doctor-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const doctor = async (
    files: readonly string[],
    options: DoctorOptions = {},
    given: Partial<Terminal> = {},
  ) => {
    const terminal = fakeTerminal({ cwd: folder, ...given })
    const code = await run({ args: files, options }, terminal)
    return { code, shown: terminal.shown, ...terminal.said }
  }
  return {
    doctor,
    at: (name: string): string => join(folder, name),
    text: (name: string): Promise<string> => readFile(join(folder, name), 'utf8'),
    put: async (name: string, content: string | Buffer): Promise<string> => {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await writeFile(join(folder, name), content)
      return name
    },
    problemsOf: async (files: readonly string[], options: DoctorOptions = {}): Promise<readonly string[]> => {
      const error: unknown = await doctor(files, options).catch((thrown: unknown) => thrown)
      if (!(error instanceof UsageError)) throw new Error(`no usage error but ${JSON.stringify(error)}`)
      return error.problems
    },
  }
}

/** To root everything is allowed. */
export async function asNobody<T>(act: () => Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0
  if (isRoot) process.seteuid?.(65_534)
  try {
    return await act()
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
}
