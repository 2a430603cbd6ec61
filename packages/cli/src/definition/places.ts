import { type Path, pathText } from './path.ts'

/** Where each key and each value of a file is; looked up by the text of its path. */
export class Places {
  readonly #offsets = new Map<string, { readonly key: number | undefined; readonly value: number }>()
  readonly #positionAt: (offset: number) => { readonly line: number; readonly column: number }

  constructor(positionAt: (offset: number) => { readonly line: number; readonly column: number }) {
    this.#positionAt = positionAt
  }

  has(path: Path): boolean {
    return this.#offsets.has(pathText(path))
  }

  add(path: Path, key: number | undefined, value: number): void {
    this.#offsets.set(pathText(path), { key, value })
  }

  at(offset: number): { readonly line: number; readonly column: number } {
    return this.#positionAt(offset)
  }

  /** Where the value is; of a path that the file does not have, where the nearest one around it begins. */
  ofValue(path: string): { readonly line: number; readonly column: number } {
    const found = this.#offsets.get(path)
    return found === undefined ? this.#around(path) : this.at(found.value)
  }

  /** Where the name is: of what is unknown, or lacks something. */
  ofKey(path: string): { readonly line: number; readonly column: number } {
    const found = this.#offsets.get(path)
    return found === undefined ? this.#around(path) : this.at(found.key ?? found.value)
  }

  #around(path: string): { readonly line: number; readonly column: number } {
    for (let outer = outside(path); outer !== undefined; outer = outside(outer)) {
      const found = this.#offsets.get(outer)
      if (found !== undefined) return this.at(found.key ?? found.value)
    }
    return { line: 1, column: 1 }
  }
}

const lastStep = /(?:\.[^.[\]"]+|\[\d+\]|\["(?:[^"\\]|\\.)*"\]|^[^.[\]]+)$/

/** The path without its last step. */
function outside(path: string): string | undefined {
  if (path === '') return undefined
  return path.replace(lastStep, '').slice(0, path.length - 1)
}
