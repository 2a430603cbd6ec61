// @ts-check
// Imported before everything else, and in the syntax of old Nodes: they must get as far as the message.
const REQUIRED = [20, 19]

/** @param {string} found as in process.versions.node */
export function nodeProblem(found) {
  const [major = 0, minor = 0] = found.split('.').map(Number)
  const [requiredMajor = 0, requiredMinor = 0] = REQUIRED
  if (major > requiredMajor || (major === requiredMajor && minor >= requiredMinor)) return undefined
  return (
    `hale needs Node ${REQUIRED.join('.')} or newer; this is Node ${found}.\n` +
    'Mend: install a current Node from https://nodejs.org, or `nvm install 22` / `fnm use 22`, and try again.'
  )
}

const problem = nodeProblem(process.versions.node)
if (problem) {
  console.error(problem)
  process.exit(1)
}
