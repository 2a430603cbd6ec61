import { namePattern } from '../../core/names.ts'
import type { JsonSchema } from './json-schema.ts'

const name = namePattern.slice(1, -1)
const line = `\\[\\+\\]${name} (?:excluded: )?ok|\\[-\\]${name} failed: [^\\n]+`
const quoted = '"(?:[^"\\\\\\n]|\\\\[^\\n])*"'
const warning = `warn: some health checks cannot be excluded: no matches for ${quoted}(?:,${quoted})*`

/** The text of Kubernetes' components: `ok` without a line's end, or a line for each check and one for all. */
export const kubernetesSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: "A health report as the text of Kubernetes' components",
  type: 'string',
  pattern: `^(?:ok|(?:(?:${line})\\n)*(?:${warning}\\n)?${name} check (?:passed|failed)\\n)$`,
} satisfies JsonSchema
