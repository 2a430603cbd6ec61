import { PROBE_PROGRAM } from '../../profile/probe-program.ts'
import type { Asking } from '../documents/asking.ts'
import type { Finding, Rule } from '../finding.ts'

export const healthcheckProgramMissing: Rule = {
  id: 'healthcheck-program-missing',
  severity: 'error',
  title: 'A health check by a program that the image does not have',
  why: 'The command is looked for in the container, and small images have neither curl nor, some of them, wget or a shell. A command that is not found counts as a failure: the container never becomes healthy, and what waits for it never starts.',
  examine(document): readonly Finding[] {
    if (document.kind === 'dockerfile') {
      const { base, done, askings } = document
      return base === undefined ? [] : askings.flatMap((asking) => findingOf(asking, base, done))
    }
    if (document.kind !== 'compose') return []
    const askings = new Map(document.askings.map((asking) => [asking.subject, asking]))
    return document.services.flatMap(({ name, image, builds }) => {
      const asking = askings.get(`healthcheck of service ${name}`)
      return asking === undefined || image === undefined || builds ? [] : findingOf(asking, image, '')
    })
  },
}

const LIBRARY = '^(?:docker\\.io/)?(?:library/)?'
/** Only where it is known for sure: what others put into their images nobody can see here. */
const LACKING: readonly (readonly [image: RegExp, programs: readonly string[]])[] = [
  [/^gcr\.io\/distroless\//, ['curl', 'wget', 'sh']],
  [/^scratch$/, ['curl', 'wget', 'sh']],
  [new RegExp(`${LIBRARY}alpine(?::|@|$)`), ['curl']],
  [new RegExp(`${LIBRARY}(?:node|python|ruby|golang|eclipse-temurin):[^@]*alpine`), ['curl']],
  [new RegExp(`${LIBRARY}(?:node|python|ruby):[^@]*slim`), ['curl', 'wget']],
  [new RegExp(`${LIBRARY}(?:debian|ubuntu)(?::|@|$)`), ['curl', 'wget']],
  [new RegExp(`${LIBRARY}redis(?::|@|$)`), ['curl']],
  [new RegExp(`${LIBRARY}postgres(?::|@|$)`), ['curl']],
]

function findingOf({ question, subject }: Asking, image: string, done: string): readonly Finding[] {
  if (question.kind !== 'command') return []
  const { command } = question
  const lacking = LACKING.find(([pattern]) => pattern.test(image))?.[1] ?? []
  const needed = command.shell ? ['sh', ...wordsOf(command.text)] : wordsOf(command.text).slice(0, 1)
  const missing = needed.find((program) => lacking.includes(program) && !brings(done, program))
  if (missing === undefined) return []
  return [
    {
      place: command.place,
      what: `${subject} runs ${missing === 'sh' ? 'a shell' : missing}, which ${image} does not have`,
      evidence: [command.text.trim(), `the image is made of ${image}, and nothing installs ${missing}`],
      fix: fixFor(missing, image),
    },
  ]
}

/** The programs that a command runs: its first word, and those behind what joins commands. */
function wordsOf(text: string): readonly string[] {
  return text.split(/&&|\|\|?|;|\n/).flatMap((part) => {
    const word = /^\s*(?:exec\s+)?([^\s=]+)(?:\s|$)/.exec(part)?.[1]
    return word === undefined ? [] : [word.replace(/^.*\//, '')]
  })
}

/** Whatever is said of it elsewhere is taken for bringing it. */
function brings(done: string, program: string): boolean {
  if (program !== 'sh') return new RegExp(`\\b${program}\\b`).test(done)
  return done.split('\n').some((line) => /\bCOPY\b/.test(line) && /\bbusybox\b/.test(line))
}

function fixFor(program: string, image: string): string {
  const ours = `node ${PROBE_PROGRAM} URL, which comes with hale`
  if (program === 'curl' && image.includes('alpine'))
    return `wget -q --spider URL, which is there; or ${ours}`
  if (/(?:^|\/)redis/.test(image)) return 'redis-cli ping'
  if (/(?:^|\/)postgres/.test(image)) return 'pg_isready -U postgres'
  return `install ${program}, or run what is there: in an image of Node.js ${ours}`
}
