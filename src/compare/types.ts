import type { ResourceType } from '../model/envoy.ts';
import type { Path } from '../model/json.ts';

/** One leaf (or one whole resource, where it is missing on a side) in which the two sides differ. */
export interface Difference {
  type: ResourceType;
  /** Name of the Envoy resource. */
  name: string;
  /** `missing`: only expected has it; `extra`: only live has it. */
  kind: 'changed' | 'missing' | 'extra';
  /** Way to the leaf below the expected resource (for `extra`: to the nearest place that exists there), for `originsAt`. */
  expectedPath: Path;
  /** Way to the leaf below the live resource (for `missing`: to the nearest place that exists there). */
  livePath: Path;
  expected?: unknown;
  live?: unknown;
}

/** The result of a comparison, total: every leaf of both sides is compared, or counted in `notCompared` with its reason. */
export interface Comparison {
  differences: Difference[];
  compared: { resources: number; leaves: number };
  notCompared: Map<string, number>;
}
