import type { Status } from '../../../core/status.ts'

// By shape as well as by colour: a tab is sixteen pixels wide, and not everybody sees red.
const shapes: Readonly<Record<Status, readonly [colour: string, path: string]>> = {
  UP: ['1a8a4d', 'M8 0a8 8 0 100 16A8 8 0 108 0'],
  DEGRADED: ['c77d00', 'M8 0l8 16H0z'],
  UNKNOWN: ['6b7683', 'M8 0l8 8-8 8-8-8z'],
  OUT_OF_SERVICE: ['2f6fc0', 'M0 5h16v6H0z'],
  DOWN: ['c62828', 'M0 0h16v16H0z'],
}

/** The page's icon in the colour of its status, as a `data:` URI for a quoted attribute. */
export function icon(status: Status): string {
  const [colour, path] = shapes[status]
  return `data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><path fill='%23${colour}' d='${path}'/></svg>`
}
