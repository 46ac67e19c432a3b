/**
 * A value that the compiler cannot know from its inputs (a remote JWKS, a secret's content, a feature not modelled).
 * It stands wherever a value may stand. It never equals anything; the comparison counts the live leaves it meets as
 * not compared, by reason.
 */
export class Unknown {
  readonly reason: string;

  /** @param reason why the value cannot be known, short, in a user's words: it is printed as it is */
  constructor(reason: string) {
    this.reason = reason;
  }

  /** In JSON output an unknown shows itself instead of looking like data. */
  toJSON(): { $unknown: string } {
    return { $unknown: this.reason };
  }
}
