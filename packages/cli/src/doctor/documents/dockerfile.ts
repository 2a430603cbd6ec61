import { DockerfileParser, type Healthcheck } from 'dockerfile-ast'
import type { Asking } from './asking.ts'
import { commandOf } from './command.ts'
import type { DockerfileDocument } from './document.ts'
import { durationFrom, type Figure } from './figure.ts'
import { offsetOf, type Place } from './place.ts'
import type { SourceFile } from './source-file.ts'

export function isDockerfile(text: string): boolean {
  return (
    /^[ \t]*FROM[ \t]+\S+/im.test(text) && /^[ \t]*(?:RUN|CMD|ENTRYPOINT|COPY|HEALTHCHECK)[ \t]/im.test(text)
  )
}

export function dockerfileDocument(file: SourceFile): DockerfileDocument {
  const checks = DockerfileParser.parse(file.text).getHEALTHCHECKs()
  return { kind: 'dockerfile', file, askings: checks.flatMap((check) => askingOf(check, file.text)) }
}

function askingOf(check: Healthcheck, text: string): readonly Asking[] {
  const subcommand = check.getSubcommand()
  if (subcommand?.getValue().toUpperCase() !== 'CMD') return []
  const range = check.getRange()
  const place: Place = [offsetOf(text, range.start), offsetOf(text, range.end)]
  const from = offsetOf(text, subcommand.getRange().end)
  const raw = text.slice(from, place[1])
  const commandPlace: Place = [from, place[1]]
  const words = wordsIn(raw)
  const flag = (name: string, byDefault: number, read: (value: string) => number | undefined): Figure =>
    flagFigure(check, text, place, name, byDefault, read)
  return [
    {
      role: 'container',
      subject: 'HEALTHCHECK',
      place,
      question: {
        kind: 'command',
        command: commandOf(words ?? [raw.trim()], { place: commandPlace, raw, shell: words === undefined }),
      },
      timeout: flag('timeout', 30_000, durationFrom),
      interval: flag('interval', 30_000, durationFrom),
      delay: flag('start-period', 0, durationFrom),
      failures: flag('retries', 3, (value) => (/^\d+$/.test(value) ? Number(value) : undefined)),
    },
  ]
}

/** The exec form is a JSON list. */
function wordsIn(raw: string): readonly string[] | undefined {
  try {
    const words: unknown = JSON.parse(raw.trim())
    return Array.isArray(words) ? words.map(String) : undefined
  } catch {
    return undefined
  }
}

function flagFigure(
  check: Healthcheck,
  text: string,
  place: Place,
  name: string,
  byDefault: number,
  read: (value: string) => number | undefined,
): Figure {
  const flag = check.getFlags().find((one) => one.getName() === name)
  const value = flag?.getValue() ?? undefined
  const range = flag?.getValueRange()
  const at: Place | undefined = range ? [offsetOf(text, range.start), offsetOf(text, range.end)] : undefined
  const write = (number: number): string =>
    name === 'retries' ? String(number) : `${Math.ceil(number / 1000)}s`
  const keyword = place[0] + 'HEALTHCHECK'.length
  return {
    name: `--${name}`,
    stated: value !== undefined,
    place: at ?? place,
    value: value === undefined ? byDefault : read(value),
    change: (number) => [
      at === undefined
        ? { at: [keyword, keyword], text: ` --${name}=${write(number)}` }
        : { at, text: write(number) },
    ],
  }
}
