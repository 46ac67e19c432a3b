import { isAgeKnown } from '../model/age.ts';
import { type Resource, resourceName } from '../model/resource.ts';

/** Why one object goes before another one in istiod's order. */
export interface Precedence {
  /** Whether it is known that it does; of objects that are not created yet it is not. */
  isKnown: boolean;
  /** Why it does, to be followed by more; where that is not known a sentence of what decides. */
  why: string;
}

/**
 * Why an object goes before another one: istiod takes the older one first, and of one second the first by name, then by
 * namespace (`sortConfigByCreationTime`, `SortServicesByCreationTime`).
 *
 * @param first the one that goes first if both are created in one second, or is older
 */
export function precedence(first: Resource, second: Resource): Precedence {
  const name = resourceName(first);
  const by = first.metadata.name === second.metadata.name ? 'namespace' : 'name';
  if (!isAgeKnown(first) && !isAgeKnown(second))
    return {
      isKnown: false,
      why: `Which of both is older is not known here: the one that is created first goes before the other, and where both are created in one second ${name} does, by its ${by}.`,
    };
  const equal = first.metadata.creationTimestamp === second.metadata.creationTimestamp;
  return { isKnown: true, why: equal ? `${name} is of the same age and first by its ${by}` : `${name} is older` };
}
