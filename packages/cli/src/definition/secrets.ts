import { type CheckType, fieldsOf } from './check-type.ts'
import { checkTypes } from './check-types/index.ts'
import type { Fields } from './field.ts'
import type { Path } from './path.ts'
import { serveFields } from './sections.ts'

/** Makes another value of a secret, or looks at it. */
export type ChangeSecret = (value: unknown, kind: 'text' | 'url', path: Path) => unknown

type Values = Readonly<Record<string, unknown>>

/**
 * The document with each of its secrets changed. Which values are secrets the fields say, so that none has to be
 * recognised by how it looks.
 */
export function changeSecrets(document: object, change: ChangeSecret): object {
  const { checks, serve, ...rest } = document as { readonly checks?: unknown; readonly serve?: unknown }
  return {
    ...rest,
    ...(checks !== undefined && { checks: inChecks(checks, ['checks'], change) }),
    ...(serve !== undefined && { serve: inServe(serve as Values, change) }),
  }
}

function inChecks(checks: unknown, path: Path, change: ChangeSecret): unknown {
  return mapValues(checks as Values, (entry, name) => {
    const type = checkTypes.get(String((entry as Values).type))
    return type === undefined ? entry : inCheck(entry as Values, type, [...path, name], change)
  })
}

function inCheck(entry: Values, type: CheckType, path: Path, change: ChangeSecret): unknown {
  return inFields(entry, fieldsOf(type), path, change)
}

function inFields(values: Values, fields: Fields, path: Path, change: ChangeSecret): Values {
  return mapValues(values, (value, name) => {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    const at = [...path, name]
    if (field?.holdsChecks) return inChecks(value, at, change)
    if (field?.secret === undefined) return value
    switch (field.secret) {
      case 'map':
        return mapValues(value as Values, (each, key) => change(each, 'text', [...at, key]))
      default:
        return change(value, field.secret, at)
    }
  })
}

function inServe(serve: Values, change: ChangeSecret): Values {
  const { admin, tls, token, ...rest } = serve
  const text = (value: unknown, ...path: Path): unknown => change(value, 'text', ['serve', ...path])
  return {
    ...inFields(rest, serveFields, ['serve'], change),
    ...(token !== undefined && {
      token: isMapOf(token, 'value')
        ? { ...token, value: text(token.value, 'token', 'value') }
        : text(token, 'token'),
    }),
    ...(tls !== undefined && { tls: mapValues(tls as Values, (each, name) => text(each, 'tls', name)) }),
    ...(admin !== undefined && { admin: { token: inAdminToken((admin as Values).token, text) } }),
  }
}

function inAdminToken(token: unknown, text: (value: unknown, ...path: Path) => unknown): unknown {
  const single = typeof token === 'string' || isFile(token)
  if (single) return text(token, 'admin', 'token')
  return mapValues(token as Values, (each, operator) => text(each, 'admin', 'token', operator))
}

/** A secret that is to be read from a file. */
export function isFile(value: unknown): value is { readonly file: string } {
  return isMapOf(value, 'file') && typeof value.file === 'string' && Object.keys(value).length === 1
}

function isMapOf<Name extends string>(value: unknown, name: Name): value is Record<Name, unknown> {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
}

function mapValues(values: Values, change: (value: unknown, name: string) => unknown): Values {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value, name)]))
}
