import type { Location } from '../model/resource.ts';

/** Where an object that is not among those read stands in the repository. */
export type Whereabouts =
  /** In the same commit, but outside of the paths that were read. */
  | { kind: 'elsewhere'; location: Location }
  /** An earlier commit held it; `commit` is the one that dropped it. */
  | { kind: 'dropped'; commit: string; date: string; subject: string; location: Location }
  /** No commit that was searched held it. */
  | { kind: 'never' }
  /** It could not be told: no history at hand, or too much of it. */
  | { kind: 'unknown'; reason: string };
