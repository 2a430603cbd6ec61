import type { Terminal } from '../command/terminal.ts'

/** More often than anybody would wonder, and seldom enough for a slow terminal. */
const EVERY_MS = 500

/** Tells again and again what is waited for, since a terminal shows it only once it has taken a while. */
export async function whileWaiting<T>(
  text: string,
  work: () => Promise<T>,
  { progress }: Pick<Terminal, 'progress'>,
): Promise<T> {
  progress(text)
  const timer = setInterval(() => progress(text), EVERY_MS).unref()
  try {
    return await work()
  } finally {
    clearInterval(timer)
    progress('')
  }
}
