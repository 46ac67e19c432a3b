import { hostsOverlap, isSubsetOf, isWildcard } from './hostname.ts';

/** The hosts that an egress listener imports from one namespace (istiod's hostClassification). */
export class ImportedHosts {
  readonly #exact = new Set<string>();
  readonly #wildcard: string[] = [];
  readonly #all: string[] = [];
  readonly #excluded: string[] = [];

  add(host: string): void {
    this.#all.push(host);
    if (isWildcard(host)) this.#wildcard.push(host);
    else this.#exact.add(host);
  }

  exclude(host: string): void {
    this.#excluded.push(host);
  }

  excludes(host: string): boolean {
    return this.#excluded.some((excluded) => isSubsetOf(host, excluded));
  }

  /** Whether a service's host is imported: one of the hosts covers it. */
  importsService(host: string): boolean {
    if (this.#exact.has(host)) return true;
    return (isWildcard(host) ? this.#all : this.#wildcard).some((imported) => isSubsetOf(host, imported));
  }

  /**
   * Whether a VirtualService's host is imported: it overlaps with one of the hosts; a Gateway API route's must be
   * covered, as a service's.
   */
  importsVirtualService(host: string, gatewaySemantics: boolean): boolean {
    if (gatewaySemantics) return this.importsService(host);
    if (this.#exact.has(host)) return true;
    return (isWildcard(host) ? this.#all : this.#wildcard).some((imported) => hostsOverlap(host, imported));
  }
}

/**
 * Sorts an egress listener's `hosts` (`namespace/name`) by namespace: `.` is the own one, `*` any. From 1.32 on `~`
 * before the namespace excludes.
 */
export function importedHosts(
  hosts: readonly string[],
  namespace: string,
  exclusions: boolean,
): ReadonlyMap<string, ImportedHosts> {
  const result = new Map<string, ImportedHosts>();
  for (const entry of hosts) {
    const parts = entry.split('/');
    if (parts.length !== 2) continue;
    let [owner = '', host = ''] = parts;
    const excluded = exclusions && owner.startsWith('~');
    if (excluded) owner = owner.slice(1) || '*';
    if (owner === '.') owner = namespace;
    const known = result.get(owner) ?? new ImportedHosts();
    result.set(owner, known);
    if (excluded) known.exclude(host);
    else known.add(host);
  }
  return result;
}
