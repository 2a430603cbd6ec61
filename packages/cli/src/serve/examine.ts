import { ConfigurationError, createHealth, type Health } from 'hale'
import { createHandler } from 'hale/http'
import { checkTypes } from '../definition/check-types/index.ts'
import type { Definition, DefinitionProblem } from '../definition/definition.ts'
import { valueAt } from '../definition/path.ts'
import type { Places } from '../definition/places.ts'
import { DefinitionState, definitionCheckName } from './definition-check.ts'
import { handlerOptions, mainPort, notOffLoop, portsOf } from './endpoint-options.ts'
import type { MadeChecks } from './make-checks.ts'
import { healthOptions } from './registry.ts'
import { tlsProblems } from './tls-problems.ts'

/** What the library finds wrong that no schema can say, with the file's names and places. Serves nothing. */
export async function examine(
  definition: Definition,
  made: MadeChecks,
  places: Places,
): Promise<readonly DefinitionProblem[]> {
  const found = (problems: readonly string[], prefix = ''): readonly DefinitionProblem[] =>
    problems.map((problem) => placed(`${prefix}${problem}`, definition, places))
  const { health, problems } = tried(() =>
    createHealth(healthOptions(definition, made, new DefinitionState().check({}))),
  )
  const bare = health ?? (createHealth({ checks: {} }) as Health)
  const served = tried(() => createHandler(bare, handlerOptions(definition.serve)))
  await bare.dispose()
  return [
    ...found(problems),
    ...found(served.problems, 'serve.'),
    ...found(ofPorts(definition)),
    ...found(ofNames(definition)),
    ...found(tlsProblems(definition.serve)),
  ]
}

function tried<Made>(make: () => Made): { readonly health?: Made; readonly problems: readonly string[] } {
  try {
    return { health: make(), problems: [] }
  } catch (error) {
    if (error instanceof ConfigurationError) return { problems: error.problems }
    throw error
  }
}

function ofNames({ checks, groups, serve: { haproxyAgent } }: Definition): readonly string[] {
  const problems: string[] = []
  if (Object.hasOwn(checks, definitionCheckName))
    problems.push(`checks.${definitionCheckName}: the name is that of the check of this file; choose another`)
  const known = [...new Set(['readiness', 'liveness', 'startup', ...Object.keys(groups)])]
  const group = haproxyAgent?.group ?? 'readiness'
  if (!known.includes(group))
    problems.push(`serve.haproxyAgent.group: no group of this name; known are ${known.join(', ')}`)
  return problems
}

function ofPorts({ serve, deploy }: Definition): readonly string[] {
  const problems: string[] = []
  const ports = portsOf(serve)
  for (const [index, [path, port]] of ports.entries()) {
    const first = ports.slice(0, index).find(([, other]) => other === port && port !== 0)
    if (first !== undefined) problems.push(`${path}: port ${port} is taken by ${first[0]}; choose another`)
  }
  if (deploy.servicePort !== undefined && deploy.servicePort === mainPort(serve))
    problems.push(
      `serve.port: port ${mainPort(serve)} is that of the service (deploy.servicePort); choose another`,
    )
  if (serve.grpc?.tls === true && serve.tls === undefined)
    problems.push('serve.grpc.tls: there is no certificate; give serve.tls: { cert, key }')
  if (serve.offLoop !== undefined && serve.offLoop !== false) problems.push(...notOffLoop(serve))
  return problems
}

/** A problem of the library, `checks.database.address.host: expected …`, at its place in the file. */
function placed(problem: string, definition: Definition, places: Places): DefinitionProblem {
  const [, path = '', text = problem] =
    /^((?:[^:"[]|\["(?:[^"\\]|\\.)*"\]|\[\d+\])+): ([\s\S]*)$/.exec(problem) ?? []
  const [sentence = text, hint] = text.split(/; (?=[^;]*$)/)
  const inFile = fileNames(path, definition)
  return { ...places.ofValue(inFile), path: inFile, text: sentence, ...(hint !== undefined && { hint }) }
}

/** The path with the file's names in place of the check's own. */
function fileNames(path: string, definition: Definition): string {
  const [, check, name, rest] = /^(checks(?:\.([\w]+)|\["[^"]*"\]))\.(.+)$/.exec(path) ?? []
  if (check === undefined || rest === undefined) return path
  const key = name ?? JSON.parse(check.slice('checks['.length, -1))
  const entry = valueAt(definition.checks, [key]) as { readonly type?: string } | undefined
  const calls = checkTypes.get(entry?.type ?? '')?.calls ?? {}
  const called = Object.keys(calls).find((own) => own === rest)
  return called === undefined ? path : `${check}.${calls[called]}`
}
