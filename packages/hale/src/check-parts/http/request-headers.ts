import type { Problems } from '../../errors/problems.ts'

/** The option `headers`, in lower case, so that one of the application's takes the place of one of the check's. */
export function requestHeaders(given: unknown, problems: Problems): Readonly<Record<string, string>> {
  // The first Headers of a process makes Node load its client of HTTP, which only asking needs.
  if (given === undefined) return {}
  const headers = problems.object('headers', given)
  try {
    return Object.fromEntries(new Headers(headers as Record<string, string>))
  } catch {
    problems.add('headers', 'expected valid header names and values')
    return {}
  }
}
