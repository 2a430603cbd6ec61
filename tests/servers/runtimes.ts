import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, test } from 'vitest'

/** Another runtime than Node, which comes as an npm package for each platform. */
export interface Runtime {
  readonly name: string
  /** The scope of the packages, one of which npm has installed. */
  readonly scope: string
  /** Where in one of them the program may be. */
  readonly places: readonly string[]
}

export const bun: Runtime = { name: 'Bun', scope: '@oven', places: ['bin/bun', 'bin/bun.exe'] }
export const deno: Runtime = { name: 'Deno', scope: '@deno', places: ['deno', 'deno.exe'] }

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))

/** Found in its platform's package: the one that all platforms share wants an install script to find it. */
function programOf({ scope, places }: Runtime): string | undefined {
  const directory = join(modules, scope)
  if (!existsSync(directory)) return undefined
  const programs = readdirSync(directory).flatMap((name) =>
    places.map((place) => join(directory, name, place)),
  )
  // For one platform there may be several: for old processors, for musl.
  return programs.find((path) => existsSync(path) && spawnSync(path, ['--version']).status === 0)
}

/** Describes tests that need the runtime; without it they are one skipped test, which fails a full run. */
export function whenInstalled(runtime: Runtime, title: string, body: (program: string) => void): void {
  const program = programOf(runtime)
  if (program !== undefined) describe(title, () => body(program))
  else
    test(title, (context) => context.skip(`${runtime.name} has no package for this platform in node_modules`))
}
