import type { Container } from './kubernetes-object.ts'

const COMMAND = /(?:^|[\s/])(?:hale|@hale\/cli(?:[@/]\S*)?)\s+serve(?=\s|$)/
const IMAGE = /(?:^|\/)hale(?:-cli|-serve)?(?:[:@]|$)/

export function isHaleServe(command: string): boolean {
  return COMMAND.test(command)
}

/** Whether it answers the probes for what stands beside it: by its command, or by the image where only `serve` is said. */
export function runsHaleServe({ node }: Container): boolean {
  const words = (key: 'command' | 'args'): readonly string[] =>
    (node.get(key)?.items ?? []).map(({ text }) => text ?? '')
  const command = words('command')
  const args = words('args')
  if (isHaleServe([...command, ...args].join(' '))) return true
  return command.length === 0 && args[0] === 'serve' && IMAGE.test(node.get('image')?.text ?? '')
}
