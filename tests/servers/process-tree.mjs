// @ts-check
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** @returns {Map<number, number[]>} */
function childrenByParent() {
  /** @type {Map<number, number[]>} */
  const children = new Map()
  const add = (/** @type {number} */ pid, /** @type {number} */ parent) => {
    const known = children.get(parent)
    if (known) known.push(pid)
    else children.set(parent, [pid])
  }
  if (process.platform !== 'linux') {
    const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    for (const line of table.trim().split('\n')) {
      const [pid, parent] = line.trim().split(/\s+/).map(Number)
      if (pid && parent) add(pid, parent)
    }
    return children
  }
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8')
      // The command in parentheses may itself hold spaces and parentheses: the fields begin after the last one.
      const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      add(Number(entry), Number(parent))
    } catch {
      // The process ended between the two reads.
    }
  }
  return children
}

/**
 * A process and all that descend from it, parents before children. Not the process group: every PostgreSQL
 * backend leads a session of its own, so a signal to the group reaches the postmaster alone.
 *
 * @param {number} pid
 * @returns {number[]}
 */
export function processTree(pid) {
  const children = childrenByParent()
  const tree = [pid]
  for (const parent of tree) tree.push(...(children.get(parent) ?? []))
  return tree
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 * @returns {boolean} whether the process existed
 */
export function signalProcess(pid, signal) {
  try {
    process.kill(pid, signal)
    return true
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ESRCH') return false
    throw error
  }
}

/** @param {number} pid */
export function stopTree(pid) {
  /** @type {Set<number>} */
  const stopped = new Set()
  // A child may be forked while its parent is being stopped, so look again until nothing new appears.
  for (let before = -1; before !== stopped.size; ) {
    before = stopped.size
    for (const member of processTree(pid)) {
      if (!stopped.has(member) && signalProcess(member, 'SIGSTOP')) stopped.add(member)
    }
  }
  // Sent is not obeyed: on a busy machine one of its threads may answer once more before it is.
  const deadline = Date.now() + STOPS_WITHIN_MS
  for (const member of stopped) {
    while (!hasStopped(member) && Date.now() < deadline) Atomics.wait(pause, 0, 0, 1)
  }
  return [...stopped]
}

// The many threads of a MariaDB get it one after the other.
const STOPS_WITHIN_MS = 2_000
const pause = new Int32Array(new SharedArrayBuffer(4))

/** @param {number} pid */
function hasStopped(pid) {
  if (process.platform !== 'linux') return true
  try {
    const tasks = readdirSync(`/proc/${pid}/task`)
    return tasks.every((task) => /[TtZX]/.test(stateIn(`/proc/${pid}/task/${task}/stat`)))
  } catch {
    return true
  }
}

/** @param {string} file */
function stateIn(file) {
  const stat = readFileSync(file, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2)[0] ?? ''
}

/** @param {number} pid */
export function continueTree(pid) {
  for (const member of processTree(pid).reverse()) signalProcess(member, 'SIGCONT')
}

/**
 * @param {number} pid
 * @returns {number[]} those it killed; they are gone only some moments later
 */
export function killTree(pid) {
  // Stopped first: a child whose parent is killed is adopted by init and no longer to be found.
  const members = stopTree(pid)
  for (const member of members) signalProcess(member, 'SIGKILL')
  return members
}

/**
 * Whether a process of this id runs. A zombie does not: in a container nobody may be there to collect it.
 *
 * @param {number} pid
 */
export function isRunning(pid) {
  try {
    process.kill(pid, 0)
    if (process.platform !== 'linux') return true
    return stateIn(`/proc/${pid}/stat`) !== 'Z'
  } catch {
    return false
  }
}
