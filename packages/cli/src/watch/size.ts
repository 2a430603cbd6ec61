/** That of a screen, or of a part of it. */
export interface Size {
  readonly columns: number
  readonly rows: number
}
