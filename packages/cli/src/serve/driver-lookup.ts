import { createRequire, isBuiltin } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * Imports a package that the user has installed: beside the file, where the application's dependencies are, or beside
 * this program, as in an image of its own. Undefined when it is in neither place; what it throws when it is loaded is
 * passed on.
 */
export async function importDriver(name: string, folder: string): Promise<unknown> {
  if (name.startsWith('node:')) return isBuiltin(name) ? import(name) : undefined
  for (const from of [join(folder, 'hale.yaml'), import.meta.url]) {
    const path = resolved(name, from)
    if (path !== undefined) return import(pathToFileURL(path).href)
  }
  return undefined
}

function resolved(name: string, from: string): string | undefined {
  try {
    return createRequire(from).resolve(name)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}
