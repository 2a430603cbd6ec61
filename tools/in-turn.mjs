// @ts-check
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * Does work that two processes must not do at the same time: whoever comes second waits. A file says whose turn it is;
 * that of a process which has been killed counts for nothing.
 *
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function inTurn(file, work) {
  const own = `${file}.${process.pid}`
  writeFileSync(own, String(process.pid))
  try {
    while (!isTaken(own, file)) await delay(100)
  } finally {
    rmSync(own, { force: true })
  }
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}

/**
 * Linked rather than written, so that the file is never there without its content.
 *
 * @param {string} own
 * @param {string} file
 */
function isTaken(own, file) {
  try {
    linkSync(own, file)
    return true
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  }
  if (!isAlive(file)) rmSync(file, { force: true })
  return false
}

/** @param {string} file */
function isAlive(file) {
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 0)
    return true
  } catch (error) {
    // Another user's process is alive as well.
    return codeOf(error) === 'EPERM'
  }
}

/** @param {unknown} error */
const codeOf = (error) => /** @type {NodeJS.ErrnoException} */ (error).code
