// @ts-check

/**
 * Lists every skipped test with its reason at the end of a run, and fails the run on any when `fail` is set: a
 * test that silently did not run looks exactly like one that passed. Listed only is what a user may not do whatever
 * is installed, such as making namespaces in a container: its reason begins with `not permitted: `.
 *
 * @param {{ fail?: boolean, print?: (line: string) => void }} [options]
 * @returns {import('vitest/reporters').Reporter}
 */
export function skipsReporter({ fail = false, print = console.log } = {}) {
  let narrowed = false
  return {
    onInit(vitest) {
      narrowed = vitest.config.testNamePattern !== undefined
    },
    onTestRunEnd(modules) {
      /** @type {string[]} */
      const skipped = []
      let mendable = 0
      for (const module of modules) {
        for (const test of module.children.allTests()) {
          const result = test.result()
          if (result.state !== 'skipped') continue
          // Left out by --testNamePattern rather than by its author.
          if (narrowed && result.note === undefined) continue
          const reason = result.note ?? (test.options.mode === 'todo' ? 'todo' : 'no reason given')
          if (!reason.startsWith('not permitted: ')) mendable += 1
          skipped.push(`  ${module.relativeModuleId} > ${test.fullName}: ${reason}`)
        }
      }
      if (skipped.length === 0) return
      print(`\nSkipped (${skipped.length}):\n${skipped.join('\n')}`)
      if (!fail || mendable === 0) return
      print('\nA full run may skip nothing: mend the reasons above.')
      process.exitCode = 1
    },
  }
}
