// @ts-check
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's root, whatever the directory that a tool is called from. */
export const projectRoot = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '')

/** @param {...string} parts */
export const inProject = (...parts) => join(projectRoot, ...parts)
