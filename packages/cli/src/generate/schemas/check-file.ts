import { Ajv } from 'ajv'
import { parseAllDocuments } from 'yaml'
import type { GeneratedFile } from '../target.ts'
import { backendConfig, backendPolicy, cloudFormation, healthCheckPolicy } from './clouds.ts'
import { compose, taskDefinition, unitKeys } from './containers.ts'
import { deployment, deploymentPatch, kustomization, podDisruptionBudget, service } from './kubernetes.ts'
import {
  consulService,
  destinationRule,
  linkerdAuthorization,
  linkerdNetwork,
  linkerdRoute,
  linkerdService,
} from './meshes.ts'
import { readBicepVariables } from './read-bicep.ts'
import { type HclBlock, readHcl } from './read-hcl.ts'
import type { Schema } from './schema.ts'
import { azureObjects, terraformResources } from './terraform.ts'

const ajv = new Ajv({ allErrors: true, strict: true, strictTypes: false, strictRequired: false })

/** What the schemas that are kept here find wrong with a file; a file that none of them knows is wrong too. */
export function problemsOf({ path, text, language }: GeneratedFile): readonly string[] {
  switch (language) {
    case 'yaml':
      return parseAllDocuments(text).flatMap((document) => [
        ...document.errors.map(({ message }) => `${path}: ${message}`),
        ...problemsOfValue(path, document.toJS()),
      ])
    case 'json':
      return problemsOfValue(path, JSON.parse(text))
    case 'hcl':
      return readHcl(text).flatMap((block) => problemsOfBlock(path, block))
    case 'bicep':
      return problemsOfBicep(path, text)
    case 'ini':
      return problemsOfUnit(path, text)
    default:
      return [`${path}: nothing is known of ${language}`]
  }
}

function problemsOfValue(path: string, value: unknown): readonly string[] {
  const schema = schemaFor(value as Record<string, unknown>)
  return schema === undefined ? [`${path}: no schema knows this`] : against(schema, value, path)
}

const kinds: { readonly [kind: string]: Schema } = {
  Deployment: deployment,
  Service: service,
  PodDisruptionBudget: podDisruptionBudget,
  Component: kustomization,
  BackendConfig: backendConfig,
  HealthCheckPolicy: healthCheckPolicy,
  GCPBackendPolicy: backendPolicy,
  DestinationRule: destinationRule,
  HTTPRoute: linkerdRoute,
  AuthorizationPolicy: linkerdAuthorization,
  NetworkAuthentication: linkerdNetwork,
}

function schemaFor(value: Record<string, unknown>): Schema | undefined {
  if (value.AWSTemplateFormatVersion !== undefined) return cloudFormation
  if (value.services !== undefined) return compose
  if (value.containerDefinitions !== undefined) return taskDefinition
  if (value.service !== undefined) return consulService
  const { kind, spec } = value as { kind?: string; spec?: { selector?: unknown } }
  // Without a selector it is no Deployment, and can only be laid over one.
  if (kind === 'Deployment' && spec?.selector === undefined) return deploymentPatch
  if (kind === 'Service' && spec === undefined) return linkerdService
  return kind === undefined ? undefined : kinds[kind]
}

function problemsOfBlock(path: string, { type, labels, body }: HclBlock): readonly string[] {
  const [resource = ''] = labels
  if (type === 'variable' || type === 'locals') return []
  if (type === 'service') return against(consulService, { service: body }, path)
  const schema = terraformResources[resource]
  return schema === undefined ? [`${path}: no schema knows ${type} ${resource}`] : against(schema, body, path)
}

function problemsOfBicep(path: string, text: string): readonly string[] {
  const variables = readBicepVariables(text)
  const missing = Object.keys(azureObjects).filter((name) => !(name in variables))
  return [
    ...missing.map((name) => `${path}: ${name} is not there`),
    ...Object.entries(variables).flatMap(([name, value]) =>
      against(azureObjects[name] ?? { not: {} }, value, path),
    ),
  ]
}

function problemsOfUnit(path: string, text: string): readonly string[] {
  let section = ''
  return text.split('\n').flatMap((line) => {
    section = /^\[(\w+)\]$/.exec(line)?.[1] ?? section
    if (line === '' || line.startsWith('#') || line.startsWith('[')) return []
    const key = /^(\w+)=\S/.exec(line)?.[1]
    return key !== undefined && unitKeys[section]?.includes(key) ? [] : [`${path}: [${section}] ${line}`]
  })
}

function against(schema: Schema, value: unknown, path: string): readonly string[] {
  const validate = ajv.compile(schema)
  if (validate(value)) return []
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${path}${instancePath}: ${message} ${JSON.stringify(params)}`,
  )
}
