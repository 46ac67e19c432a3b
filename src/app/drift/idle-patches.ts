import { type IdlePatch, idlePatches } from '../../compile/envoyfilter/index.ts';
import { codes } from '../../model/codes.ts';
import type { ProxyConfig } from '../../model/envoy.ts';
import type { Finding } from '../../model/finding.ts';
import { formatPath } from '../../model/json.ts';
import { type Resource, resourceName } from '../../model/resource.ts';

/** Collects, over many proxies, the EnvoyFilter patches that hold for a proxy and change nothing of what it gets. */
export class IdlePatches {
  readonly #found = new Map<string, { patch: IdlePatch; proxies: string[] }>();

  /** @param expected as `compileProxy` returned it */
  add(proxy: string, expected: ProxyConfig): void {
    for (const patch of idlePatches(expected)) {
      const key = `${resourceName(patch.resource)} ${patch.index} ${patch.reason}`;
      const known = this.#found.get(key);
      if (known) known.proxies.push(proxy);
      else this.#found.set(key, { patch, proxies: [proxy] });
    }
  }

  /** An info for each patch, with the proxies in which it does nothing. */
  findings(gitTwin: (resource: Resource) => Resource | undefined): Finding[] {
    return [...this.#found.values()].map(({ patch, proxies }) => {
      const path = ['spec', 'configPatches', patch.index];
      const name = resourceName(patch.resource);
      return {
        code: codes.idlePatch,
        kind: 'scope',
        severity: 'info',
        resource: name,
        field: formatPath(path),
        message: `${name} ${formatPath(path)} changes nothing in ${proxies.length} of the proxies that it selects: ${patch.reason}`,
        location: gitTwin(patch.resource)?.locate(path),
        proxies: proxies.sort(),
        layer: 'config',
        effect: 'none in these proxies.',
        fix: 'correct its match, narrow its workloadSelector, or remove the patch.',
        related: [],
      };
    });
  }
}
