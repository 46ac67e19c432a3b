import type { ResourceType } from '../model/envoy.ts';
import type { Path } from '../model/json.ts';

/** One leaf (or one message, list element or resource as a whole, where a side has not got it) in which the sides differ. */
export interface Difference {
  type: ResourceType;
  /** Name of the Envoy resource. */
  name: string;
  /** `missing`: only expected has it; `extra`: only live has it. A wrong order is `changed`, at the list, with the elements' keys as values. */
  kind: 'changed' | 'missing' | 'extra';
  /** Way to the leaf below the expected resource, for `originsAt`. For `extra` to the field that is absent there, or to the list that lacks the element. */
  expectedPath: Path;
  /** Way to the leaf below the live resource. For `missing` to the field that is absent there, or to the list that lacks the element. */
  livePath: Path;
  expected?: unknown;
  live?: unknown;
  /** How many leaves it stands for. */
  leaves: number;
}

/** The result of a comparison, total: every leaf of both sides is compared, or counted in `notCompared` with its reason. */
export interface Comparison {
  differences: Difference[];
  compared: { resources: number; leaves: number };
  /** Leaves not compared, by reason. */
  notCompared: Map<string, number>;
}
