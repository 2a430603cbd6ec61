import type { Place } from '../place.ts'
import type { Container } from './kubernetes-object.ts'

/** What a container does before it is told to end. */
export interface PreStop {
  readonly place: Place
  /** Undefined when it takes a time that cannot be read. */
  readonly ms: number | undefined
}

export function preStopOf({ node }: Container): PreStop | undefined {
  const hook = node.get('lifecycle', 'preStop')
  if (hook === undefined) return undefined
  const seconds = hook.get('sleep', 'seconds')?.number ?? sleepOf(hook.get('exec', 'command')?.items)
  return { place: hook.place, ms: seconds === undefined ? undefined : seconds * 1000 }
}

/** `["sleep", "10"]`, `["sh", "-c", "sleep 10 && …"]`. */
function sleepOf(words: readonly { readonly text: string | undefined }[] | undefined): number | undefined {
  const text = words?.map((word) => word.text ?? '').join(' ') ?? ''
  const found = [...text.matchAll(/\bsleep\s+(\d+(?:\.\d+)?)(s|m)?\b/g)]
  if (found.length === 0) return undefined
  return found.reduce((sum, [, number, unit]) => sum + Number(number) * (unit === 'm' ? 60 : 1), 0)
}
