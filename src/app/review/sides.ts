import type { ReviewedRequest } from '../../model/review.ts';
import { type Asked, type AskedMesh, ask } from './ask.ts';
import { bothInWords, breaks, type End, endOf } from './request-end.ts';

/** The states that requests are sent through. */
export interface MeshSides {
  base: AskedMesh;
  head: AskedMesh;
  /** Where `head` is a state on the way: only requests that fail there, and neither before nor in the end, are told. */
  end?: AskedMesh;
  /** What was told of equal hosts in other states, by what their answers depend on. */
  memory?: Map<string, Told[]>;
}

/** A request that both sides treat differently. */
export interface DifferentRequest extends Omit<ReviewedRequest, 'from'> {
  /** Who sends it; nobody: a pod without a sidecar. */
  proxies: string[];
}

/** What is told of a difference, apart from who meets it. */
export type Told = Omit<ReviewedRequest, 'from'>;

/** The ends of a request on both sides, where they differ in a way that is told. */
export function differenceOf(
  { base, head, end }: MeshSides,
  endAt: (side: AskedMesh) => End | undefined,
): Pick<ReviewedRequest, 'base' | 'head' | 'breaks'> | undefined {
  const first = endAt(base);
  const second = first && endAt(head);
  if (!second || first.key === second.key) return undefined;
  if (end && (first.fails || !second.fails || endAt(end)?.fails !== false)) return undefined;
  return { ...bothInWords(first, second), breaks: breaks(first, second) };
}

/** What becomes of a request in a state. */
export function endOfAsked(side: AskedMesh, asked: Asked): End | undefined {
  const explained = ask(side, asked);
  return explained && endOf(explained);
}
