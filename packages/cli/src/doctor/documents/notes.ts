import { basename, extname } from 'node:path'
import type { SourceFile } from './source-file.ts'

export const NOTHING = 'holds nothing that hale doctor knows'
/** Of a template that cannot be read before it is rendered. */
export const TEMPLATE = 'is a template: render it first, as by `helm template . | hale doctor -`'

/** What is often given, and holds no question about health; each with what to give instead, where there is something. */
const KNOWN: readonly (readonly [is: (file: SourceFile) => boolean, note: string])[] = [
  [
    ({ text }) => /^[ \t]*"schemaVersion"\s*:\s*\d/m.test(text) && /"panels"/.test(text),
    'is a dashboard of Grafana that shows nothing of hale, and asks nothing',
  ],
  [
    ({ text }) => /^route\s*:/m.test(text) && /^receivers\s*:/m.test(text),
    "is Alertmanager's, which passes alerts on and asks nothing: give the rules",
  ],
  [
    ({ text }) => /^rule_files\s*:/m.test(text) && /^tests\s*:/m.test(text),
    'holds tests of rules, which ask nothing: give the rules',
  ],
  [
    ({ path }) => /^kustomization\.ya?ml$/.test(basename(path)),
    'says what kustomize puts together: give the result, as by `kustomize build . | hale doctor -`',
  ],
  [
    ({ path }) => /^(?:values.*|Chart)\.ya?ml$/.test(basename(path)),
    'is for Helm: give what it renders, as by `helm template . | hale doctor -`',
  ],
  [
    ({ path }) => ['.tf', '.hcl', '.nomad', '.bicep'].includes(extname(path)),
    'holds no health check: neither a target group or task of AWS, nor a health check of Google, a probe of Azure, an object of Kubernetes or a check of Consul',
  ],
  [
    ({ text }) => /^[ \t]*(?:proxy_pass|proxy_next_upstream|fastcgi_pass)\s[^;\n]*;/m.test(text),
    'is a part of an NGINX configuration that has no upstream: give the file that has it',
  ],
  [
    ({ text }) => /^apiVersion\s*:\s*1\s*$/m.test(text) && /^(?:providers|datasources)\s*:/m.test(text),
    'is for the provisioning of Grafana, which shows and asks nothing',
  ],
  [
    ({ text }) => /^[ \t]*(?:\[+entryPoints[.\]]|entryPoints[ \t]*:)/m.test(text),
    'is what Traefik itself starts with, which asks nothing: give the files of its file provider',
  ],
  [
    ({ path }) => extname(path) === '.toml',
    'holds no health check: neither one of a service of Traefik, nor one of Fly or Railway',
  ],
  [({ path }) => /^hale\.ya?ml$/.test(basename(path)), 'is a definition: give it with --definition'],
  [
    ({ path, text }) => /^\.gitlab-ci|(?:^|\/)\.github\//.test(path) || /^jobs\s*:/m.test(text),
    'is a pipeline, which asks for no health',
  ],
]

/** Why nothing is said of a file that could be read. */
export function asksNothing(file: SourceFile): string {
  return KNOWN.find(([is]) => is(file))?.[1] ?? NOTHING
}
