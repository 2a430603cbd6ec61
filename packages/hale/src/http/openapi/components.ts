import type { JsonSchema } from '../schema/json-schema.ts'

/** Refers to a reusable part. */
export interface Reference {
  readonly $ref: string
}

type Kind = 'schemas' | 'responses' | 'parameters' | 'headers' | 'securitySchemes'

/** The reusable parts of a document: each is described once and referred to. */
export class Components {
  readonly #parts: { readonly [K in Kind]: Map<string, object> } = {
    schemas: new Map(),
    responses: new Map(),
    parameters: new Map(),
    headers: new Map(),
    securitySchemes: new Map(),
  }

  /** Refers to a part, adding it when it is not there; another part of that name gets a number. */
  use(kind: Kind, wanted: string, part: object): Reference {
    const parts = this.#parts[kind]
    const text = JSON.stringify(part)
    let name = wanted
    for (let number = 2; parts.has(name); number++) {
      if (JSON.stringify(parts.get(name)) === text) break
      name = `${wanted}_${number}`
    }
    parts.set(name, part)
    return { $ref: `#/components/${kind}/${name}` }
  }

  /** The part that a reference refers to. */
  find({ $ref }: Reference): object | undefined {
    const [, , kind, name] = $ref.split('/') as [string, string, Kind, string]
    return this.#parts[kind]?.get(name)
  }

  /** Adds a scheme under its own name, which security requirements use in place of a reference. */
  secure(name: string, scheme: object): void {
    this.#parts.securitySchemes.set(name, scheme)
  }

  /**
   * Adds a schema and what it defines in `$defs`, each as a component: tools that read OpenAPI resolve references
   * from the document's root, not from the schema's.
   */
  useSchema(name: string, { $defs, ...schema }: JsonSchema): Reference {
    for (const [part, definition] of Object.entries(($defs ?? {}) as JsonSchema)) {
      this.#parts.schemas.set(componentName(name, part), rebased(definition, name) as object)
    }
    const { $schema, $id, ...rest } = rebased(schema, name) as JsonSchema
    return this.use('schemas', name, rest)
  }

  /** All parts that are referred to from `document`, directly or not; empty kinds are left out. */
  reachableFrom(document: unknown): { readonly [kind: string]: { readonly [name: string]: object } } {
    const reached = new Set<string>()
    const waiting = [document]
    while (waiting.length > 0) {
      for (const reference of references(waiting.pop())) {
        if (reached.has(reference)) continue
        reached.add(reference)
        waiting.push(this.find({ $ref: reference }))
      }
    }
    const kept = Object.entries(this.#parts).map(([kind, parts]) => {
      const used = [...parts].filter(
        ([name]) => kind === 'securitySchemes' || reached.has(`#/components/${kind}/${name}`),
      )
      return [kind, Object.fromEntries(used)] as const
    })
    return Object.fromEntries(kept.filter(([, parts]) => Object.keys(parts).length > 0))
  }
}

function componentName(schema: string, definition: string): string {
  const part = definition.replace(/[^A-Za-z0-9._-]/g, '_')
  return schema + part.charAt(0).toUpperCase() + part.slice(1)
}

/** A schema whose references to its own parts are those to the components they have become. */
function rebased(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.map((item) => rebased(item, name))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === '$ref' && typeof inner === 'string' ? rebasedReference(inner, name) : rebased(inner, name),
    ]),
  )
}

function rebasedReference(reference: string, name: string): string {
  if (reference === '#') return `#/components/schemas/${name}`
  const definition = /^#\/\$defs\/([^/]+)$/.exec(reference)?.[1]
  return definition === undefined ? reference : `#/components/schemas/${componentName(name, definition)}`
}

function* references(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    if (key === '$ref' && typeof inner === 'string') yield inner
    else yield* references(inner)
  }
}
