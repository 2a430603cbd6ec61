import type { Format } from '../format.ts'

export const htmlFormat: Format = {
  name: 'html',
  mediaType: 'text/html; charset=utf-8',
  render: (report) => report.status,
}
