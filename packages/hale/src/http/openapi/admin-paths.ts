import type { HandlerSettings } from '../handler-settings.ts'
import { adminSchema } from './admin-schema.ts'
import type { Components, Reference } from './components.ts'
import type { Paths, Surroundings } from './probe-paths.ts'

const tag = 'health admin'

const part = (name: string): Reference => ({ $ref: `#/components/schemas/HealthAdmin${name}` })
const json = (name: string) => ({ 'application/json': { schema: part(name) } })

const revisionHeader = {
  ETag: { description: "The check's revision, for If-Match.", schema: { type: 'string' } },
}
const check = (): object => ({
  description: 'What is in force for the check.',
  headers: revisionHeader,
  content: json('Check'),
})

/** The paths beneath `/admin`, the only ones that write; none when it is off. */
export function adminPaths(surroundings: Surroundings, components: Components): Paths {
  const { settings, names, parameters } = surroundings
  if (settings.admin === undefined) return {}
  components.useSchema('HealthAdmin', adminSchema)
  const operation = operator(surroundings)
  const base = `${settings.basePath}/admin`
  const service = { description: 'The service as it is now.', content: json('Service') }
  const paths: Record<string, object> = {
    [base]: {
      get: operation('Overview', 'Everything that can be controlled', {
        200: { description: 'The service, and each check.', content: json('Overview') },
      }),
    },
    [`${base}/service`]: {
      get: operation('Service', 'The state of the service', { 200: service }),
      patch: operation(
        'ChangeService',
        'Takes the service out of rotation, or puts it back',
        { 200: service },
        'ServiceChange',
      ),
    },
  }
  // Who may change checks is told their names; who reads of them need not be the same.
  if (names.all.length === 0) return paths
  const parameter = parameters.check(names.shown, names.shown.length === names.all.length)
  const ofCheck = { parameters: [parameter] }
  paths[`${base}/checks/{check}`] = {
    ...ofCheck,
    get: operation('Check', 'What is in force for a check', { 200: check() }, undefined, true),
    patch: operation(
      'ChangeCheck',
      'Disables, enables or retunes a check',
      { 200: check() },
      'CheckChange',
      true,
    ),
  }
  paths[`${base}/checks/{check}/run`] = {
    ...ofCheck,
    post: operation(
      'RunCheck',
      'Runs a check now',
      { 200: check(), 202: { ...check(), description: 'It still runs; what was known before.' } },
      undefined,
      true,
    ),
  }
  paths[`${base}/checks/{check}/reset`] = {
    ...ofCheck,
    post: operation('ResetCheck', 'Returns a check to its configuration', { 200: check() }, undefined, true),
  }
  return paths
}

/** Makes operations with the responses that they have besides their own. */
function operator({ responses }: Surroundings) {
  const refusals = {
    401: responses.problem('HealthAdminUnauthorized', 'The bearer token is missing or wrong.', {
      'WWW-Authenticate': { schema: { const: 'Bearer realm="hale"' } },
    }),
    405: responses.problem('HealthAdminMethod', 'The path takes other methods.', {
      Allow: { schema: { type: 'string' } },
    }),
    500: responses.problem('HealthFailed', 'The answer could not be made.'),
  }
  const unknown = () => responses.problem('HealthAdminUnknown', 'There is no check of this name.')
  const changed = () =>
    responses.problem(
      'HealthAdminChanged',
      'Somebody else has changed it: If-Match does not hold.',
      revisionHeader,
    )
  const wrongBody = () => ({
    400: responses.problem('HealthAdminNotJson', 'The body is not JSON, or did not arrive.'),
    413: responses.problem('HealthAdminTooLarge', 'The body has more than 16 kB.'),
    422: responses.problem(
      'HealthAdminInvalid',
      'Nothing was changed; everything that is wrong with it is listed.',
    ),
  })

  return (name: string, summary: string, own: object, body?: string, ofCheck = false): object => {
    const conditional = ofCheck && (body !== undefined || name === 'ResetCheck')
    return {
      tags: [tag],
      operationId: `healthAdmin${name}`,
      summary,
      security: [{ healthAdmin: [] }],
      ...(conditional && { parameters: [ifMatch] }),
      ...(body !== undefined && { requestBody: { content: json(body), required: true } }),
      responses: {
        ...own,
        ...(body !== undefined && wrongBody()),
        ...(ofCheck && { 404: unknown() }),
        ...(name === 'RunCheck' && {
          409: responses.problem('HealthAdminDisabled', 'The check is disabled.'),
        }),
        ...(conditional && { 412: changed() }),
        ...refusals,
      },
    }
  }
}

const ifMatch = {
  name: 'If-Match',
  in: 'header',
  description: 'The ETag of the check as it was read: changes nothing when somebody else was faster.',
  schema: { type: 'string' },
}

/** What the tags are about. */
export function tagsOf({ admin }: HandlerSettings): readonly object[] {
  return [
    {
      name: 'health',
      description:
        'Every path takes HEAD and OPTIONS too: the same status and headers, without a body. Nothing here may be cached.',
    },
    ...(admin === undefined ? [] : [{ name: tag, description: 'Changes checks while the service runs.' }]),
  ]
}
