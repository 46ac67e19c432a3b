import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compileProxy } from '../compile/index.ts';
import { nearNames } from '../io/kube/near-names.ts';
import type { ClusterState } from '../model/cluster-state.ts';
import { counted } from '../model/counted.ts';
import type { Proxy } from '../model/proxy.ts';
import { buildRegistry } from '../registry/index.ts';
import type { Registry } from '../registry/types.ts';
import { splitCluster } from './clusters/named-state.ts';
import { readMesh } from './clusters/read.ts';
import { toConfigDump } from './config-dump.ts';
import type { Desired } from './desired/index.ts';
import { overlay } from './drift/overlay.ts';
import { exitCodes } from './exit-code.ts';
import { gapsOf } from './gaps.ts';
import { type InputFlags, readGit, UserError } from './inputs.ts';
import { toRegistryInput } from './registry-input.ts';

export interface CompileFlags extends InputFlags {
  from?: 'git' | 'api';
  out?: string;
}

/**
 * Compiles the selected proxies from Git laid over the API server's objects, or from these alone.
 *
 * @param names `namespace/pod` or a beginning of it; none: all that the flags select
 * @throws UserError where a name selects nothing or several are printed into one stream that cannot hold them
 */
export async function runCompile(
  flags: CompileFlags,
  names: readonly string[],
  signal: AbortSignal,
): Promise<{ documents: string[]; notes: string[]; code: number }> {
  const mesh = await readMesh(flags, signal);
  const fromGit = flags.from === 'git' || (flags.from === undefined && flags.git !== undefined);
  const git = fromGit ? await readGit(flags, signal) : undefined;
  const gaps = mesh.states.map((state) => gapsOf(state, git));
  const notes = [
    ...mesh.unread.map(({ message }) => `error: ${message}`),
    ...new Set(gaps.flatMap((gap) => gap.notes)),
  ];
  const complete = mesh.unread.length === 0 && gaps.every((gap) => gap.complete);
  const candidates = mesh.states.flatMap((state) => compilable(state, git));
  const proxies = names.length === 0 ? candidates : names.flatMap((name) => named(name, candidates));
  if (proxies.length === 0) throw new UserError('no proxy is selected: check -n, -l and --proxy');
  const documents: string[] = [];
  for (const { proxy, registry, cluster } of proxies) {
    const text = `${JSON.stringify(toConfigDump(compileProxy(proxy, registry)), null, 1)}\n`;
    if (flags.out === undefined) documents.push(text);
    else await write(join(flags.out, ...cluster, proxy.namespace, proxy.podName, 'config_dump.json'), text);
  }
  if (flags.out !== undefined) notes.push(`wrote ${counted(proxies.length, 'dump')} below ${flags.out}`);
  return { documents, notes, code: complete ? exitCodes.clean : exitCodes.incomplete };
}

/** A proxy with the registry that it is compiled from, and the folder of its cluster where there are several. */
interface Compilable {
  proxy: Proxy;
  registry: Registry;
  cluster: string[];
}

function compilable(state: ClusterState, git: Desired | undefined): Compilable[] {
  const input = toRegistryInput(state);
  if (git) input.resources = overlay(state.resources, git.resources);
  const registry = buildRegistry(input);
  const selected = new Set(state.proxies.map((proxy) => proxy.id));
  const cluster = state.standpoint ? [state.standpoint.name.replace(/[^\w.-]+/g, '-')] : [];
  return registry.proxies.filter((proxy) => selected.has(proxy.id)).map((proxy) => ({ proxy, registry, cluster }));
}

function named(name: string, proxies: readonly Compilable[]): Compilable[] {
  const { name: pod, cluster } = splitCluster(name);
  const among = proxies.filter(({ proxy }) => cluster === undefined || splitCluster(proxy.id).cluster === cluster);
  const exact = among.filter(({ proxy }) => splitCluster(proxy.id).name === pod);
  const found = exact.length > 0 ? exact : among.filter(({ proxy }) => proxy.id.startsWith(pod));
  if (found.length > 0) return found;
  const near = nearNames(
    name,
    proxies.map(({ proxy }) => proxy.id),
  );
  throw new UserError(`no proxy ${name}${near.length > 0 ? `; did you mean ${near.join(' or ')}?` : ''}`);
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
