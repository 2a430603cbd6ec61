/** What a key means here. */
export type Key = Command | 'suspend'

export type Command =
  | 'up'
  | 'down'
  | 'first'
  | 'last'
  | 'enter'
  | 'escape'
  | 'space'
  | 'help'
  | 'now'
  | 'quit'

const keys: Readonly<Record<string, Key>> = {
  '\u001b[A': 'up',
  '\u001bOA': 'up',
  k: 'up',
  '\u001b[B': 'down',
  '\u001bOB': 'down',
  j: 'down',
  g: 'first',
  '\u001b[H': 'first',
  G: 'last',
  '\u001b[F': 'last',
  '\r': 'enter',
  '\n': 'enter',
  '\u001b': 'escape',
  ' ': 'space',
  '?': 'help',
  h: 'help',
  r: 'now',
  q: 'quit',
  // In raw mode the terminal makes no signals of Ctrl-C, Ctrl-D and Ctrl-Z.
  '\u0003': 'quit',
  '\u0004': 'quit',
  '\u001a': 'suspend',
}

/** The keys in what a terminal sent, which may be several at once; those that mean nothing here are left out. */
export function keysOf(input: string): readonly Key[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
  const strokes = input.match(/\u001b(?:\[[0-9;]*[A-Za-z~]|O[A-Z])|[\s\S]/gu) ?? []
  return strokes.map((stroke) => keys[stroke]).filter((key) => key !== undefined)
}
