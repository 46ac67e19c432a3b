import { printedEndpoints } from '../../src/compile/endpoint/printed.ts';
import type { ProxyConfig } from '../../src/model/envoy.ts';
import type { Proxy } from '../../src/model/proxy.ts';
import type { Registry, RegistryInput } from '../../src/registry/types.ts';

export interface CompileParts {
  config: ProxyConfig;
  errors: string[];
}

/** The compiler, each part loaded on its own: one that cannot be loaded is missing and named, the others are measured. */
export interface Compiler {
  buildRegistry(input: RegistryInput): Registry;
  compile(proxy: Proxy, registry: Registry): CompileParts;
  errors: string[];
}

export async function loadCompiler(): Promise<Compiler> {
  const errors: string[] = [];
  const load = async <T>(part: string, found: Promise<T>): Promise<T | undefined> => {
    try {
      return await found;
    } catch (error) {
      errors.push(`${part} does not load: ${describe(error)}`);
      return undefined;
    }
  };
  const registryModule = await load('registry', import('../../src/registry/index.ts'));
  const cluster = await load('clusters', import('../../src/compile/cluster/index.ts'));
  const listener = await load('listeners', import('../../src/compile/listener/index.ts'));
  const route = await load('routes', import('../../src/compile/route/index.ts'));
  const envoyFilter = await load('EnvoyFilters', import('../../src/compile/envoyfilter/index.ts'));
  const endpoint = await load('endpoints', import('../../src/compile/endpoint/index.ts'));
  return {
    errors,
    buildRegistry(input) {
      if (!registryModule) throw new Error('not loaded');
      return registryModule.buildRegistry(input);
    },
    compile(proxy, registry) {
      const failed: string[] = [];
      const attempt = <T>(part: string, compile: () => T | undefined, otherwise: T): T => {
        try {
          return compile() ?? otherwise;
        } catch (error) {
          failed.push(`${part}: ${describe(error)}`);
          return otherwise;
        }
      };
      const patches = attempt(
        'EnvoyFilters',
        () => envoyFilter && new envoyFilter.EnvoyFilterPatches(proxy, registry),
        undefined,
      );
      const patched = <T>(part: string, plain: T[], patch: (plain: T[]) => T[] | undefined): T[] =>
        attempt(`EnvoyFilters of ${part}`, () => patch(plain), plain);
      const plainClusters = attempt('clusters', () => cluster?.compileClusters(proxy, registry), []);
      const clusters = patched('clusters', plainClusters, (plain) => patches?.clusters(plain));
      const plainListeners = attempt('listeners', () => listener?.compileListeners(proxy, registry), []);
      const listeners = patched('listeners', plainListeners, (plain) => patches?.listeners(plain));
      const plainRoutes = attempt('routes', () => route?.compileRoutes(proxy, registry, listeners), []);
      const routes = patched('routes', plainRoutes, (plain) => patches?.routes(plain));
      const sent = attempt('endpoints', () => endpoint?.compileEndpoints(proxy, registry, clusters), []);
      const endpoints = printedEndpoints(sent, clusters);
      return { config: { clusters, listeners, routes, endpoints }, errors: failed };
    },
  };
}

export function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 4).join(' ') : String(error);
}
