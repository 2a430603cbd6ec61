import type { Format } from '../format.ts'
import { pageDocument } from './page-document.ts'
import { pageScriptHash } from './page-script.ts'
import { pageStyleHash } from './page-style.ts'

// By hashes, not by a nonce: a page is rendered once for all who ask. `data:` is for the icon alone.
const policy = [
  "default-src 'none'",
  `style-src '${pageStyleHash}'`,
  `script-src '${pageScriptHash}'`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
]

export const pageHeaders: NonNullable<Format['headers']> = {
  'Content-Security-Policy': policy.join('; '),
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
}

/** The page: nothing from elsewhere, whole without its script, under a strict policy. */
export const page: Format['render'] = (report, { service, visibility, transitions, place }) =>
  pageDocument({
    report,
    liveness: place?.liveness,
    service,
    visibility,
    transitions,
    // Of the page's own subject the report says more than what is known apart from it: who did not answer in time.
    neighbours: (place?.groups ?? []).map(
      (group) => [report, place?.liveness].find((own) => own?.name === group.name) ?? group,
    ),
    root: place?.root,
  })
