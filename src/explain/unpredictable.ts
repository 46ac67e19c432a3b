/** What no configuration decides: chance, code, another server, the state of traffic. It is said, never guessed. */
export class Unpredictable {
  readonly reason: string;

  /** @param reason in a user's words: it is printed as it is */
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** Whether something holds, or why that cannot be told. */
export type Verdict = boolean | Unpredictable;

/** Holds where all hold. One that does not hold decides, whatever the others are. */
export function all(verdicts: Iterable<Verdict>): Verdict {
  let open: Verdict = true;
  for (const verdict of verdicts) {
    if (verdict === false) return false;
    if (verdict !== true) open = verdict;
  }
  return open;
}

/** The opposite; what cannot be told stays open. */
export function not(verdict: Verdict): Verdict {
  return typeof verdict === 'boolean' ? !verdict : verdict;
}
