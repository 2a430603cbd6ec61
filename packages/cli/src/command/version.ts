import { createRequire } from 'node:module'

/** That of @hale/cli, by its own name: sources and bundle lie at different depths. */
export function version(): string {
  const manifest: { readonly version: string } = createRequire(import.meta.url)('@hale/cli/package.json')
  return manifest.version
}
