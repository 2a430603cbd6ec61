import type { ComposeDocument, Document } from '../documents/document.ts'
import { isHaleServe } from '../documents/kubernetes/hale-serve.ts'
import type { KubernetesDocument } from '../documents/kubernetes/kubernetes-object.ts'
import { type InFront, inFrontOf, type Sh, shOf } from '../documents/process-one.ts'
import { type Start, startAt } from '../documents/start.ts'
import type { Finding, Rule } from '../finding.ts'

export const signalNotHandedOn: Rule = {
  id: 'signal-not-handed-on',
  severity: 'warning',
  title: 'The signal to end does not reach the service',
  why: "SIGTERM goes to the first process of a container. Where that is a shell that waits for what it has started, or npm, which starts a script by such a shell, the service behind it never gets the signal: it drains nothing, and is killed with its requests in flight, at once or when the grace period is over. dash, which is Debian's sh, waits; bash and Alpine's sh are replaced by their last command.",
  examine(document): readonly Finding[] {
    return startsIn(document).flatMap(findingOf)
  },
}

function startsIn(document: Document): readonly Start[] {
  if (document.kind === 'dockerfile' || document.kind === 'ecs') return document.starts
  if (document.kind === 'compose') return inCompose(document)
  return document.kind === 'kubernetes' ? inPod(document) : []
}

function inCompose({ services }: ComposeDocument): readonly Start[] {
  const ending = new Set(
    services.flatMap(({ dependsOn }) =>
      dependsOn.flatMap(({ name, condition }) =>
        condition === 'service_completed_successfully' ? [name] : [],
      ),
    ),
  )
  return services.flatMap(({ name, node, image, builds }) =>
    ending.has(name)
      ? []
      : startAt(`service ${name}`, builds ? undefined : image, node.get('entrypoint'), node.get('command')),
  )
}

/** Of containers that keep running. */
function inPod({ subject, pod }: KubernetesDocument): readonly Start[] {
  const restart = pod?.spec.get('restartPolicy')?.text ?? 'Always'
  if (pod === undefined || pod.runsOnce || restart !== 'Always') return []
  return pod.containers.flatMap(({ name, node, init, sidecar }) =>
    init && !sidecar
      ? []
      : startAt(
          `container ${name}, ${subject}`,
          node.get('image')?.text,
          node.get('command'),
          node.get('args'),
        ),
  )
}

function findingOf({ subject, place, words, image, edits }: Start): readonly Finding[] {
  // Nobody but those who probe asks hale serve: it drains nothing. Windows has neither sh nor SIGTERM.
  if (isHaleServe(words.join(' ')) || /windows|nanoserver|servercore/.test(image ?? '')) return []
  const sh = shOf(image)
  const found = inFrontOf(words, sh)
  if (found === undefined) return []
  return [
    {
      place,
      ...(!found.known && { severity: 'info' }),
      what: `${subject} starts ${found.by === 'shell' ? 'a shell' : found.by}, which stands between the signal and the service: ${found.command}`,
      evidence: evidenceOf(found, sh, image),
      fix: fixFor(found, subject, edits),
      // What is put in place of npm is in another file.
      edits: found.by === 'shell' ? edits : undefined,
    },
  ]
}

function evidenceOf({ by, known, piped }: InFront, sh: Sh, image: string | undefined): readonly string[] {
  if (by === 'yarn') return ['Yarn 1 starts scripts by sh; later ones hand the signal on']
  if (piped) return ['every shell waits for the end of a pipe']
  if (!known)
    return ['which shell sh is in its image cannot be seen here: dash waits, bash and busybox do not']
  return sh === 'waits' ? [`sh is dash in ${image}, and waits`] : ['dash waits for what it has started']
}

function fixFor({ by, command, piped }: InFront, subject: string, edits: Start['edits']): string {
  if (by !== 'shell') {
    const docker = /^(?:CMD|ENTRYPOINT)$/.test(subject)
    const own = docker ? `${subject} ["node", "main.js"]` : '[node, main.js]'
    return `the command of its script, such as ${own}; an init such as tini does not change it`
  }
  if (piped) return 'start the service without the pipe: its platform collects what it writes'
  const [edit] = edits ?? []
  return edit === undefined
    ? `exec before the last command: exec ${command}; an init such as tini does not change it`
    : `${subject} ${edit.text}; an init such as tini does not change it`
}
