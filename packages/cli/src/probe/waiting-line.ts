import type { ProbeOptions, ProbeResult } from 'hale/probe'
import { durationText } from '../command/duration.ts'
import type { Terminal } from '../command/terminal.ts'

/** What is told of targets while they are not well yet. */
export interface WaitingLine {
  failed(target: number, found: ProbeResult): void
  done(target: number): void
}

/** Says which target is waited for, why, and for how long already. */
export function waitingLine(
  { waitMs }: Pick<ProbeOptions, 'waitMs'>,
  terminal: Pick<Terminal, 'progress'>,
): WaitingLine {
  const startedAt = performance.now()
  const waitedFor = new Map<number, ProbeResult>()
  const show = (): void => {
    const [first] = waitedFor.values()
    if (first === undefined) {
      terminal.progress('')
      return
    }
    const others = waitedFor.size === 1 ? '' : ` and ${waitedFor.size - 1} more`
    const spent = `${Math.round((performance.now() - startedAt) / 1000)}s`
    const time = waitMs === undefined ? `attempt ${first.attempts}` : `${spent} of ${durationText(waitMs)}`
    terminal.progress(`Waiting ${time} for ${first.target}${others}: ${first.message}`)
  }
  return {
    failed(target, found) {
      waitedFor.set(target, found)
      show()
    },
    done(target) {
      if (waitedFor.delete(target)) show()
    },
  }
}
