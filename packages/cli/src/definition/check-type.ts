import type { CheckDefinition } from 'hale'
import { type EveryCheckOption, everyCheck } from './every-check.ts'
import type { Field, Fields, ValuesOf } from './field.ts'

/** Of an option that no file can give, and why not. */
export interface NotInFile {
  readonly notInFile: string
}

export function notInFile(why: string): NotInFile {
  return { notInFile: why }
}

/** What making a check may need. */
export interface Making {
  /** What was imported of `needs`, or of what does as well. */
  readonly driver: unknown
  /** The checks of a composite, made. */
  readonly children: { readonly [name: string]: CheckDefinition }
  /** Hears of what a client reports beside its answers, and what would otherwise end the process. */
  readonly clientError: (error: unknown) => void
}

/** A check, and what ends the client that was made for it. */
export interface Made {
  readonly check: CheckDefinition
  /** Connects, for clients that else would do so when they are made: looking at a file connects to nothing. */
  readonly start?: () => void
  readonly close?: () => unknown
}

/** Of the options of every check those that some types have another default for. */
export interface TypeDefaults {
  readonly critical?: boolean
  readonly maxAgeMs?: { readonly up: number; readonly down: number }
}

/** A type of check as the file has it. */
export interface CheckType<Target extends Fields = Fields, Options = never> {
  readonly name: string
  /** What it asks, in a few words. */
  readonly summary: string
  /** The npm package that the user installs. */
  readonly needs?: string
  /** What does as well, in this order, where that is not installed. */
  readonly orElse?: readonly string[]
  /** What is asked, such as a URL. */
  readonly target: Target
  /** The options of the check's own, by the check's names. */
  readonly options: { readonly [name: string]: Field | NotInFile }
  /** What applies without an option of every check, where that is another than for most types. */
  readonly defaults?: TypeDefaults
  /** The file's names for what the check calls otherwise in its problems, such as `address.host`. */
  readonly calls?: { readonly [path: string]: string }
  /** Makes it of valid values by the names of `target`, and of what the check takes as options. */
  make(target: ValuesOf<Target>, options: Options, making: Making): Promise<Made>
}

interface Spec<Target extends Fields, Options> extends Omit<CheckType<Target, Options>, 'options'> {
  readonly options: { readonly [Name in Exclude<keyof Options, EveryCheckOption>]-?: Field | NotInFile }
}

/**
 * Makes a type of the options interface of its check: the compiler refuses one that lacks an option of the check, or
 * has one that the check has not.
 */
export function checkType<Options>() {
  return <Target extends Fields>(spec: Spec<Target, Options>): CheckType => spec as unknown as CheckType
}

/** The options of a type that a file can give, by the check's names. */
export function optionFields({ options }: Pick<CheckType, 'options'>): Fields {
  const given = (entry: readonly [string, Field | NotInFile]): entry is [string, Field] =>
    'schema' in entry[1]
  return Object.fromEntries(Object.entries(options).filter(given))
}

/** The options of every check whose default is another for this type, told with that. */
export function fieldsWithOtherDefault({ defaults = {} }: CheckType): Fields {
  const { critical, maxAgeMs } = defaults
  return {
    ...(critical !== undefined && { critical: { ...everyCheck.critical, fallback: String(critical) } }),
    ...(maxAgeMs !== undefined && {
      maxAgeMs: { ...everyCheck.maxAgeMs, fallback: `{ up: ${maxAgeMs.up}, down: ${maxAgeMs.down} }` },
    }),
  }
}

/** All fields that a check of this type has in the file, by their names there. */
export function fieldsOf(type: CheckType): Fields {
  const named = Object.entries({ ...type.target, ...optionFields(type), ...everyCheck })
  return Object.fromEntries(named.map(([name, field]) => [field.fileName ?? name, field]))
}
