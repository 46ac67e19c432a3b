import type { Registry, RegistryInput } from './types.ts';

/** Builds what the compiler knows of the mesh from the objects of one state (API server, or Git laid over it). */
export function buildRegistry(_input: RegistryInput): Registry {
  throw new Error('not built yet');
}
