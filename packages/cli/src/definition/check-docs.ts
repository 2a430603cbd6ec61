import { type CheckType, fieldsWithOtherDefault, optionFields } from './check-type.ts'
import { checkTypes } from './check-types/index.ts'
import { everyCheck } from './every-check.ts'
import type { Field, Fields } from './field.ts'

/** The part of docs/hale-yaml.md that is about the types of checks, as Markdown; a test holds the page to it. */
export function checkDocs(): string {
  const types = [...checkTypes.values()].map(docsOfType)
  return [`### Options of every check\n\n${tableOf(everyCheck)}`, ...types].join('\n\n')
}

function docsOfType(type: CheckType): string {
  const fields = { ...type.target, ...optionFields(type), ...fieldsWithOtherDefault(type) }
  const summary = `${type.summary[0]?.toUpperCase()}${type.summary.slice(1)}.`
  const needs = type.needs === undefined ? '' : ` Needs \`npm install ${type.needs}\`${alsoGood(type)}.`
  const table = Object.keys(fields).length === 0 ? 'It has no options of its own.' : tableOf(fields)
  return `### ${type.name}\n\n${summary}${needs}\n\n${table}`
}

function alsoGood({ orElse = [] }: CheckType): string {
  return orElse.length === 0 ? '' : `; ${orElse.map((name) => `\`${name}\``).join(' or ')} will do too`
}

function tableOf(fields: Fields): string {
  const rows = Object.entries(fields).map(([name, field]) => {
    const shown = `\`${field.fileName ?? name}\`${field.required ? ' (needed)' : ''}`
    return `| ${shown} | ${kindOf(field)} | ${field.fallback ?? '–'} | ${field.description} |`
  })
  return ['| option | holds | default | |', '|---|---|---|---|', ...rows].join('\n')
}

function kindOf({ schema, secret }: Field): string {
  if (secret === 'url') return 'a URL, secret'
  if (secret === 'text') return 'a text, secret'
  if (secret === 'map') return 'texts by name, secret'
  const { type, title, properties } = schema as { type?: string; title?: string; properties?: object }
  if (schema.enum !== undefined)
    return (schema.enum as readonly string[]).map((value) => `\`${value}\``).join(', ')
  if (title !== undefined) return title
  if (properties !== undefined) return `\`{ ${Object.keys(properties).join(', ')} }\``
  const words: Readonly<Record<string, string>> = {
    string: 'a text',
    number: 'a number',
    integer: 'a whole number',
    boolean: '`true`, `false`',
    array: 'a list',
    object: 'a map',
  }
  return words[type ?? ''] ?? 'a value'
}
