import { stringify } from 'yaml'
import type { Definition } from './definition.ts'
import { changeSecrets } from './secrets.ts'

const mask = '********'
const sections = ['service', 'checks', 'groups', 'budgetMs', 'serve', 'deploy'] as const

/** The definition as YAML, resolved, with every secret masked. */
export function maskedYaml(definition: Definition): string {
  const masked = changeSecrets(definition, (value, kind) =>
    kind === 'url' ? maskedUrl(String(value)) : mask,
  ) as Definition
  const filled = sections.flatMap((name) => {
    const section = masked[name]
    const empty = section === undefined || (typeof section === 'object' && Object.keys(section).length === 0)
    return empty ? [] : [[name, section]]
  })
  return stringify(Object.fromEntries(filled), { lineWidth: 0 })
}

/** A URL without its password and without the values of its query; whole, when it is no URL. */
function maskedUrl(given: string): string {
  if (!URL.canParse(given)) return mask
  const url = new URL(given)
  const query = [...url.searchParams.keys()].map((name) => `${encodeURIComponent(name)}=${mask}`).join('&')
  // A name alone may be a token.
  const name = url.password === '' ? mask : url.username
  const user =
    url.username === '' && url.password === '' ? '' : `${name}${url.password === '' ? '' : `:${mask}`}@`
  // Of opaque ones, such as data:, nothing is known.
  if (url.host === '') return mask
  return `${url.protocol}//${user}${url.host}${url.pathname}${query === '' ? '' : `?${query}`}`
}
