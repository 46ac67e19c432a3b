import { codes } from '../../model/codes.ts';
import type { Finding } from '../../model/finding.ts';
import { parsePath, valueAt } from '../../model/json.ts';
import { type Resource, resourceName } from '../../model/resource.ts';

/**
 * A Gateway's port that no Service opens is a note: the pods may be reached otherwise. Where the change moves a server there
 * from a port that was open, its clients still come in by the former one, and are refused.
 *
 * @param base the objects of the base
 */
export function asClosed(introduced: readonly Finding[], base: readonly Resource[]): Finding[] {
  return introduced.map((finding) => {
    if (finding.code !== codes.gatewayPortClosed) return finding;
    const former = base.find((it) => resourceName(it) === finding.resource);
    const port = former && valueAt(former.object, parsePath(finding.field));
    if (typeof port !== 'number') return finding;
    const effect = `what comes in on port ${port}, as before, is refused; ${finding.effect}`;
    return { ...finding, severity: 'warning', effect };
  });
}
