import { describe, test } from 'vitest'
import { type Provision, provide, type Wanted } from './provide.ts'

/**
 * Describes tests that need a real server. Without one they become a single skipped test that carries the mend as
 * its reason, which a full run turns into a failure.
 *
 * @example
 * ```ts
 * whenProvided(postgresProgram, 'postgres check', () => {
 *   test('is UP against a real server', async () => {
 *     await using server = await startPostgres()
 *   })
 * })
 * ```
 */
export function whenProvided(wanted: Wanted, title: string, body: (provision: Provision) => void): void {
  const provision = provide(wanted)
  if (provision.how === 'missing') {
    skipped(title, provision.reason)
    return
  }
  describe(title, () => body(provision))
}

/** As `whenProvided`, for tests that stop, kill or reconfigure the server: one that others run will not do. */
export function whenOwned(wanted: Wanted, title: string, body: () => void): void {
  const provision = provide(wanted)
  if (provision.how === 'missing') {
    skipped(title, provision.reason)
    return
  }
  if (provision.how === 'url') {
    skipped(title, `needs a ${wanted.name} that the test may stop: apt install ${wanted.debianPackage}`)
    return
  }
  describe(title, body)
}

function skipped(title: string, reason: string): void {
  test(title, (context) => context.skip(reason))
}
