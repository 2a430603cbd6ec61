import { type CheckDefinition, check, type DependencyCheckOptions } from '../core/check.ts'

/** A check that settles when it is told to, and tells when it was started and how often. */
export function gate(options: DependencyCheckOptions = {}): {
  readonly definition: CheckDefinition<'readiness'>
  readonly started: Promise<void>
  readonly runs: () => number
  release(): void
} {
  let runs = 0
  let release = (): void => {}
  let begin = (): void => {}
  const started = new Promise<void>((resolve) => {
    begin = resolve
  })
  const done = new Promise<void>((resolve) => {
    release = resolve
  })
  const run = (): Promise<void> => {
    runs++
    begin()
    return done
  }
  return {
    definition: check(run, { timeoutMs: 60_000, ...options }),
    started,
    runs: () => runs,
    release: () => release(),
  }
}
