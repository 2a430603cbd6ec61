/** A value with the reason for it, which becomes a comment where the language has comments. */
export class Reasoned {
  readonly value: Tree
  readonly reason: string

  constructor(value: Tree, reason: string) {
    this.value = value
    this.reason = reason
  }
}

/** An expression of the language itself, such as `aws_lb.orders.arn`, written as it is; YAML and JSON have none. */
export class Expression {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** `name(argument)`, in languages that have functions. */
export class Call {
  readonly name: string
  readonly argument: Tree

  constructor(name: string, argument: Tree) {
    this.name = name
    this.argument = argument
  }
}

/**
 * What configuration is made of, before it has a language: the same tree becomes YAML for one tool and HCL for another.
 * Keys whose value is `undefined` are left out.
 */
export type Tree =
  | string
  | number
  | boolean
  | null
  | Reasoned
  | Expression
  | Call
  | readonly Tree[]
  | { readonly [key: string]: Tree | undefined }

export function because(value: Tree, reason: string): Reasoned {
  return new Reasoned(value, reason)
}

/** A value without its reason. */
export function bare(tree: Tree): Exclude<Tree, Reasoned> {
  return tree instanceof Reasoned ? bare(tree.value) : tree
}

/** The reason of a value, if it has one. */
export function reasonOf(tree: Tree | undefined): string | undefined {
  return tree instanceof Reasoned ? tree.reason : undefined
}

export function isList(tree: Tree): tree is readonly Tree[] {
  return Array.isArray(tree)
}

export interface Mapping {
  readonly [key: string]: Tree | undefined
}

export function isMapping(tree: Tree): tree is Mapping {
  if (tree === null || typeof tree !== 'object' || isList(tree)) return false
  return !(tree instanceof Expression || tree instanceof Call || tree instanceof Reasoned)
}

/** The entries of a mapping that are there. */
export function entriesOf(tree: Mapping): readonly (readonly [string, Tree])[] {
  return Object.entries(tree).filter((entry): entry is [string, Tree] => entry[1] !== undefined)
}

/** Everything but the reasons, as JSON has it. */
export function plain(tree: Tree): unknown {
  const value = bare(tree)
  if (isList(value)) return value.map(plain)
  if (isMapping(value)) return Object.fromEntries(entriesOf(value).map(([key, it]) => [key, plain(it)]))
  if (typeof value === 'object' && value !== null) throw new TypeError('JSON and YAML have no expressions')
  return value
}

/** The same tree with other keys. */
export function withKeys(tree: Tree, rename: (key: string) => string): Tree {
  if (tree instanceof Reasoned) return because(withKeys(tree.value, rename), tree.reason)
  if (isList(tree)) return tree.map((item) => withKeys(item, rename))
  if (!isMapping(tree)) return tree
  return Object.fromEntries(entriesOf(tree).map(([key, value]) => [rename(key), withKeys(value, rename)]))
}
