import type { Format } from './format.ts'
import { LateFormat } from './late-format.ts'

const html = { name: 'html', mediaType: 'text/html; charset=utf-8', linked: true } satisfies Partial<Format>

/** The page for a person with a browser; a probe asks for none. */
export const htmlFormat = new LateFormat(html, async () => {
  const { pageHeaders, page } = await import('./page/page-format.ts')
  return { ...html, headers: pageHeaders, render: page }
})
