// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts about references
/** What a text of the file becomes. */
export interface Substituted {
  readonly text: string
  /** Whether anything came from the environment. */
  readonly changed: boolean
  /** A variable that is not set, and was left as it is. */
  readonly left?: string
  /** A variable that is set, and holds nothing. */
  readonly empty?: string
  /** What is wrong, each with where in the text it begins. */
  readonly problems: readonly { readonly at: number; readonly text: string; readonly hint?: string }[]
}

const reference = /\$\$\{|\$\{([^}]*)(\})?/g
const plain = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([\s\S]*))?$/

/**
 * Replaces `${NAME}` and `${NAME:-default}`; `$${` stands for `${`. It works on the values that YAML has read, so that
 * nothing in the environment can become YAML. As in a shell the default also applies to an empty variable.
 */
export function substitute(
  given: string,
  env: { readonly [name: string]: string | undefined },
  unresolved: 'problem' | 'leave' = 'problem',
): Substituted {
  const problems: { at: number; text: string; hint?: string }[] = []
  let changed = false
  let left: string | undefined
  let empty: string | undefined
  const text = given.replace(
    reference,
    (whole, inside: string | undefined, end: string | undefined, at: number) => {
      if (whole === '$${') {
        changed = true
        return '${'
      }
      const [, name, fallback] = plain.exec(inside ?? '') ?? []
      if (end === undefined || name === undefined) {
        const what = end === undefined ? 'a ${ without its }' : 'not a reference'
        problems.push({
          at,
          text: what,
          hint: 'write ${NAME} or ${NAME:-default}, and $${ for a ${ that is meant',
        })
        return whole
      }
      const value = Object.hasOwn(env, name) ? env[name] : undefined
      if (value === undefined || (value === '' && fallback !== undefined)) {
        if (fallback !== undefined) {
          changed = true
          return fallback
        }
        if (unresolved === 'leave') left ??= name
        else problems.push({ at, ...notSet(name) })
        return whole
      }
      changed = true
      if (value === '') empty ??= name
      return value
    },
  )
  const noted = { ...(left !== undefined && { left }), ...(empty !== undefined && { empty }) }
  return { text, changed, problems, ...noted }
}

/** What to say of a variable that is needed. */
export function notSet(name: string): { readonly text: string; readonly hint: string } {
  return {
    text: `the environment variable ${name} is not set`,
    hint: `set it, or give a default: \${${name}:-…}`,
  }
}

/** What to say of one that is there, where what it makes of the text will not do. */
export function isEmpty(name: string): { readonly text: string; readonly hint: string } {
  return {
    text: `the environment variable ${name} is empty`,
    hint: `give it a value, or a default: \${${name}:-…}`,
  }
}
