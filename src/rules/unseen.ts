import type { Registry } from '../registry/types.ts';

/** What may be in clusters that istiod reads and that were not read here. */
export interface Unseen {
  /** Whether there are such clusters, so that what is not seen may be there all the same. */
  unsure: boolean;
  /** For the end of a message: `, unless cluster west has it, which was not read`; '' where all is seen. */
  words: string;
}

/** @param has what the cluster would do: `has it`, `has such pods` */
export function unseen({ unseenClusters }: Registry, has: string): Unseen {
  const unsure = unseenClusters.length > 0;
  return { unsure, words: unsure ? `, unless cluster ${unseenClusters.join(' or ')} ${has}, which was not read` : '' };
}
