/** Settings that one flag gives in place of all the variables of a section. */

/** A flag, and the settings it gives. */
export interface Preset<out Settings> {
  /** Without its dashes; it stands alone. */
  readonly flag: string
  /** What it does. One sentence, without a full stop. */
  readonly meaning: string
  readonly settings: Settings
}
