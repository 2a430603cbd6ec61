/**
 * How many milliseconds of a processor some work takes in this process. For bounds on what an algorithm costs, which a
 * clock would show only on a machine that does nothing else.
 */
export function processorMs(work: () => unknown): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
