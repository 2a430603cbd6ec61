import type { Edit, Place } from './place.ts'
import type { Located } from './yaml/located.ts'

/** How the process of a container is started, where a file says it. */
export interface Start {
  readonly subject: string
  readonly place: Place
  /** What a form that names no shell is given to one by its platform begins with that shell. */
  readonly words: readonly string[]
  /** What it runs in; undefined where that cannot be told. */
  readonly image: string | undefined
  /** What starts the same without a shell. */
  readonly edits?: readonly Edit[]
}

/** From an entry point and its arguments, either of which may be left to the image. */
export function startAt(
  subject: string,
  image: string | undefined,
  entry: Located | undefined,
  args: Located | undefined,
): readonly Start[] {
  const at = args ?? entry
  if (at === undefined) return []
  return [{ subject, place: at.place, words: [...wordsOf(entry), ...wordsOf(args)], image }]
}

function wordsOf(node: Located | undefined): readonly string[] {
  if (node === undefined) return []
  return node.isList ? node.items.map(({ text }) => text ?? '') : splitAsShellsDo(node.text ?? '')
}

/** Compose splits a text as a shell would, and gives it to none. */
export function splitAsShellsDo(text: string): readonly string[] {
  return [...text.matchAll(/(?:[^\s"'\\]|\\.|'[^']*'|"(?:\\.|[^"\\])*")+/gs)].map(([word]) =>
    word.replace(
      /'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)/gs,
      (_, single?: string, double?: string, escaped?: string) =>
        single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? '',
    ),
  )
}
