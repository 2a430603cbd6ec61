// @ts-check
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../project.mjs'
import { filesMatching } from './files.mjs'
import { verdict } from './verdict.mjs'

/**
 * Every check is one file, one sub-path and one row of docs/checks.md, under one name.
 *
 * @type {import('./verdict.mjs').Gate}
 */
export async function checksTable(root = projectRoot) {
  const places = {
    'packages/hale/src/checks/': files(root),
    'the exports of packages/hale/package.json': subPaths(root),
    'the table of docs/checks.md': rows(root),
    'the tests beside them': tests(root),
  }
  const names = new Set(Object.values(places).flatMap((place) => [...place]))
  const problems = []
  for (const name of [...names].sort()) {
    const missing = Object.entries(places).filter(([, place]) => !place.has(name))
    if (missing.length > 0)
      problems.push(`${name} is missing in ${missing.map(([place]) => place).join(' and ')}`)
  }
  return verdict(names.size, 'checks', problems)
}

/** @param {string} root */
function files(root) {
  const found = filesMatching(root, /^packages\/hale\/src\/checks\/[^/]+\.ts$/)
  return new Set(found.filter((file) => !file.endsWith('.test.ts')).map(baseName))
}

/** @param {string} root */
function tests(root) {
  return new Set(filesMatching(root, /^packages\/hale\/src\/checks\/[^/]+\.test\.ts$/).map(baseName))
}

/** @param {string} file */
function baseName(file) {
  return file.slice(file.lastIndexOf('/') + 1).replace(/(\.test)?\.ts$/, '')
}

/** @param {string} root */
function subPaths(root) {
  const manifest = join(root, 'packages', 'hale', 'package.json')
  if (!existsSync(manifest)) return new Set()
  const { exports = {} } = JSON.parse(readFileSync(manifest, 'utf8'))
  const prefix = './checks/'
  return new Set(
    Object.keys(exports)
      .filter((subPath) => subPath.startsWith(prefix))
      .map((subPath) => subPath.slice(prefix.length)),
  )
}

/**
 * A row begins with the sub-path as code: `| [`hale/checks/http`](#http) | …` or without the link.
 *
 * @param {string} root
 */
function rows(root) {
  const page = join(root, 'docs', 'checks.md')
  if (!existsSync(page)) return new Set()
  const found = readFileSync(page, 'utf8').matchAll(/^\|\s*\[?`hale\/checks\/([a-z0-9-]+)`/gm)
  return new Set([...found].map(([, name]) => name ?? ''))
}
