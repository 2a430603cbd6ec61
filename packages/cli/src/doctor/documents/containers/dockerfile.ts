import { DockerfileParser, type Healthcheck, type Instruction } from 'dockerfile-ast'
import type { Asking } from '../asking.ts'
import { commandOf } from '../command.ts'
import type { DockerfileDocument } from '../document.ts'
import { durationFrom, type Figure } from '../figure.ts'
import { offsetOf, type Place } from '../place.ts'
import type { SourceFile } from '../source-file.ts'
import { dockerfileStart, listIn } from './dockerfile-start.ts'

export function isDockerfile(text: string): boolean {
  return (
    /^[ \t]*FROM[ \t]+\S+/im.test(text) && /^[ \t]*(?:RUN|CMD|ENTRYPOINT|COPY|HEALTHCHECK)[ \t]/im.test(text)
  )
}

export function dockerfileDocument(file: SourceFile): DockerfileDocument {
  const text = withoutComments(file.text)
  const parsed = DockerfileParser.parse(text)
  const checks = parsed.getHEALTHCHECKs()
  const askings = checks.flatMap((check) => askingOf(check, text))
  const { stages, base } = lastStage(parsed.getInstructions())
  const done = stages.flat().map((instruction) => instruction.getTextContent())
  return {
    kind: 'dockerfile',
    file,
    base,
    done: done.join('\n'),
    starts: dockerfileStart(text, stages, base),
    askings,
  }
}

const DIRECTIVE = /^[ \t\uFEFF]*#[ \t]*(?:escape|syntax|check)[ \t]*=/i

/** Blanks in their place: the parser compares each comment with each stage, and what one names is not run. */
function withoutComments(text: string): string {
  return text.replace(/^[ \t]*#.*/gm, (line) => (DIRECTIVE.test(line) ? line : ' '.repeat(line.length)))
}

interface Stage {
  readonly name: string
  readonly from: string
  readonly done: Instruction[]
}

/** Through the stages that it goes on from, to the image that is not made here. */
function lastStage(instructions: readonly Instruction[]): {
  readonly base: string | undefined
  /** Nearest first. */
  readonly stages: readonly (readonly Instruction[])[]
} {
  const stages: Stage[] = []
  for (const instruction of instructions) {
    const keyword = instruction.getKeyword()
    if (keyword === 'FROM') {
      const words = instruction.getArguments().map((argument) => argument.getValue())
      const named = words.findIndex((word) => word.toLowerCase() === 'as')
      const from = words.find((word) => !word.startsWith('--')) ?? ''
      stages.push({ name: named === -1 ? '' : (words[named + 1] ?? ''), from, done: [] })
    } else if (keyword !== 'HEALTHCHECK') stages.at(-1)?.done.push(instruction)
  }
  const chain: Instruction[][] = []
  let at = stages.length - 1
  let base: string | undefined
  while (at >= 0) {
    const stage = stages[at]
    chain.push(stage?.done ?? [])
    base = stage?.from
    // Only what stands above can be gone on from.
    at = stages
      .slice(0, at)
      .findLastIndex(({ name }) => name !== '' && name.toLowerCase() === base?.toLowerCase())
  }
  return {
    base: base === undefined || base === '' || base.includes('$') ? undefined : base,
    stages: chain,
  }
}

function askingOf(check: Healthcheck, text: string): readonly Asking[] {
  const subcommand = check.getSubcommand()
  if (subcommand?.getValue().toUpperCase() !== 'CMD') return []
  const range = check.getRange()
  const place: Place = [offsetOf(text, range.start), offsetOf(text, range.end)]
  const from = offsetOf(text, subcommand.getRange().end)
  const raw = text.slice(from, place[1])
  const commandPlace: Place = [from, place[1]]
  const words = listIn(raw)
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
