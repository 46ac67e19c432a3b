import type { Json, Path } from '../../model/json.ts';
import { isObject, valueAt } from '../../model/json.ts';
import { mayBecome } from './skeleton.ts';

/**
 * Follows a path of a rendered object through the template's skeleton. Items of a list are told apart by their literal
 * values, since conditions and ranges change their number.
 *
 * @returns the path in the skeleton as far as it goes
 */
export function walkSkeleton(skeleton: Json, rendered: Json, path: Path): Path {
  const walked: (string | number)[] = [];
  let value: unknown = skeleton;
  for (const [depth, step] of path.entries()) {
    let own: string | number | undefined;
    if (Array.isArray(value) && typeof step === 'number')
      own = itemLike(value, valueAt(rendered, path.slice(0, depth + 1)), step);
    else if (isObject(value) && Object.hasOwn(value, step)) own = step;
    if (own === undefined) break;
    walked.push(own);
    value = (value as Record<string | number, unknown>)[own];
  }
  return walked;
}

function itemLike(items: readonly Json[], rendered: unknown, index: number): number | undefined {
  let best: { at: number; score: number } | undefined;
  for (const [at, item] of items.entries()) {
    const score = likeness(item, rendered);
    if (score === undefined) continue;
    const better = !best || score > best.score || (score === best.score && at <= index);
    if (better) best = { at, score };
  }
  return best?.at;
}

/** How many literal values of a skeleton agree with what was rendered; undefined where one contradicts it. */
export function likeness(skeleton: unknown, rendered: unknown): number | undefined {
  if (Array.isArray(skeleton)) return Array.isArray(rendered) || rendered === undefined ? 0 : undefined;
  if (isObject(skeleton)) {
    if (!isObject(rendered)) return undefined;
    let sum = 0;
    for (const [key, value] of Object.entries(skeleton)) {
      if (rendered[key] === undefined) continue;
      const score = likeness(value, rendered[key]);
      if (score === undefined) return undefined;
      sum += score;
    }
    return sum;
  }
  if (skeleton === null || skeleton === undefined) return 0;
  if (typeof skeleton !== 'string') return skeleton === rendered ? 1 : undefined;
  if (!mayBecome(skeleton, rendered)) return undefined;
  return skeleton === rendered ? 1 : 0;
}
