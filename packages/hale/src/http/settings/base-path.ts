import type { Problems } from '../../errors/problems.ts'

/** Validates the path that endpoints live beneath; without its trailing slash, so that the root is empty. */
export function basePath(field: string, value: unknown, usual: string, problems: Problems): string {
  const path = problems.string(field, value) ?? usual
  if (!/^(\/[A-Za-z0-9._~!$&'()*+,;=:@-]+)*\/?$/.test(path) || path === '') {
    problems.add(field, `expected a path such as '${usual}', or '/' to serve at the root`)
  }
  return path.replace(/\/$/, '')
}
