import type { Location } from '../../model/resource.ts';
import { isBelow } from '../paths.ts';
import { isComponent, type Kustomization, listOf, pathFrom } from './kustomization.ts';

/** All kustomizations of a repository, by directory. */
export type Graph = ReadonlyMap<string, Kustomization>;

/** Fields whose entries are files or directories, or, with Kustomize, addresses on the network. */
const referring = ['resources', 'bases', 'components', 'generators', 'transformers', 'validators'];

/** The kustomizations that one builds upon directly. */
export function basesOf(kustomization: Kustomization, graph: Graph): Kustomization[] {
  return referring
    .flatMap((field) => listOf(kustomization, field))
    .flatMap((entry) => graph.get(pathFrom(kustomization, entry)) ?? [])
    .filter((base) => base !== kustomization);
}

/** A kustomization with all that it builds upon. */
export function closureOf(start: Kustomization, graph: Graph): Kustomization[] {
  const reached = new Set<Kustomization>();
  const visit = (kustomization: Kustomization): void => {
    if (reached.has(kustomization)) return;
    reached.add(kustomization);
    for (const base of basesOf(kustomization, graph)) visit(base);
  };
  visit(start);
  return [...reached];
}

/** The kustomizations below the paths that no other one there builds upon: what is meant to be applied. */
export function rootsOf(graph: Graph, paths: readonly string[]): Kustomization[] {
  const within = (it: Kustomization): boolean =>
    paths.length === 0 || paths.some((path) => isBelow(it.directory, path));
  const chosen = [...graph.values()].filter(within);
  const used = new Set(chosen.flatMap((kustomization) => basesOf(kustomization, graph)));
  return chosen.filter((kustomization) => !used.has(kustomization) && !isComponent(kustomization));
}

/**
 * The first entry of a closure that is not in the repository: an address on the network, or nothing at all (which
 * Kustomize would look for on the network).
 */
export function outsideOf(
  closure: readonly Kustomization[],
  files: readonly string[],
): { entry: string; location: Location; remote: boolean } | undefined {
  for (const kustomization of closure) {
    for (const field of referring) {
      for (const [index, entry] of listOf(kustomization, field).entries()) {
        // Generators and transformers may be written in place.
        if (entry.includes('\n')) continue;
        const path = pathFrom(kustomization, entry);
        if (files.some((file) => isBelow(file, path))) continue;
        const remote = /:\/\/|^[\w.-]+@[\w.-]+:|\?ref=|^github\.com[/:]|^[\w-]+(\.[\w-]+)+\//.test(entry);
        return { entry, location: kustomization.document.locate([field, index]), remote };
      }
    }
  }
  return undefined;
}
