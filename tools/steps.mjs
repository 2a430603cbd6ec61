// @ts-check

/** A failure that the user is told as it is, without a stack. */
export class StepError extends Error {}

/** @param {number} ms */
export const seconds = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`)

/**
 * Prints numbered steps with their times: `1/3 installing … 8.2 s`.
 *
 * @param {number} total
 * @param {(text: string) => void} [write]
 */
export function numberedSteps(total, write = (text) => process.stdout.write(text)) {
  let number = 0
  return {
    /**
     * @template T
     * @param {string} title
     * @param {() => Promise<T>} work
     * @param {(result: T) => string} [remark] said after the time
     * @returns {Promise<T>}
     */
    async step(title, work, remark = () => '') {
      write(`${++number}/${total} ${title} … `)
      const begun = performance.now()
      try {
        const result = await work()
        const said = remark(result)
        write(`${seconds(performance.now() - begun)}${said ? ` (${said})` : ''}\n`)
        return result
      } catch (error) {
        write(`failed after ${seconds(performance.now() - begun)}\n`)
        throw error
      }
    },
    /** A step that writes to the terminal itself, or never ends: only its beginning is announced. */
    announce(/** @type {string} */ title) {
      write(`${++number}/${total} ${title} …\n`)
    },
  }
}

/**
 * Refuses arguments on behalf of a tool that takes none: who asks for help does not want everything done.
 *
 * @param {string} does what the tool does, for the refusal
 * @param {readonly string[]} [given]
 */
export function takesNoArguments(does, given = process.argv.slice(2)) {
  if (given.length > 0) throw new StepError(`takes no arguments, got ${given.join(' ')}; it ${does}`)
}

/**
 * Runs a tool's main function; what goes wrong is told and makes the exit code 1.
 *
 * @param {() => Promise<void>} main
 */
export async function runTool(main) {
  try {
    await main()
  } catch (error) {
    console.error(error instanceof StepError ? error.message : error)
    process.exitCode = 1
  }
}
