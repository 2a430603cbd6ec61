/** What a shell gives a program that a signal ended; undefined when none did. */
export function exitCodeOfSignal({ aborted, reason }: AbortSignal): number | undefined {
  if (!aborted) return undefined
  return reason === 'SIGINT' ? 130 : reason === 'SIGTERM' ? 143 : reason === 'EPIPE' ? 141 : 1
}
