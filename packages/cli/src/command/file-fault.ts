/** Why a file or a folder could not be read or written, in words as far as the common ones go. */
export function fileFault(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (Object.hasOwn(texts, code)) return texts[code] as string
  return error instanceof Error ? error.message : String(error)
}

const texts: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is no folder',
  EISDIR: 'it is a folder',
  EEXIST: 'there is something else in its place',
  ELOOP: 'it is a link that leads to itself',
  EACCES: 'not allowed',
  EPERM: 'not allowed',
  EROFS: 'its file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk is full',
}
