import { unackedTypes } from '../../src/app/drift/sync.ts';
import { readSyncz } from '../../src/app/drift/syncz.ts';
import { compareConfigs } from '../../src/compare/index.ts';
import { compileProxy } from '../../src/compile/index.ts';
import { decodeConfigDump } from '../../src/decode/index.ts';
import { readCapture } from '../../src/io/capture.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Resource } from '../../src/model/resource.ts';
import { buildRegistry } from '../../src/registry/index.ts';
import type { RegistryInput } from '../../src/registry/types.ts';
import { toResource } from '../../src/source/object.ts';
import type { Recording } from '../conformance/recordings.ts';

/** What a change of the inputs does to what proxies are sent: nothing, something, or only to values that are not known. */
export type Effect = { changed: false } | { changed: true; unknown: string[] };

/** A recording whose proxies the compiler explains, as a measure for what a field does. */
export class Measure {
  readonly name: string;
  readonly resources: readonly Resource[];
  readonly mesh: JsonObject;
  private readonly input: RegistryInput;
  private readonly expected: Map<string, string>;
  private order: string[];

  private constructor(name: string, input: RegistryInput, expected: Map<string, string>) {
    this.name = name;
    this.input = input;
    this.resources = input.resources;
    this.mesh = input.istiod?.mesh ?? {};
    this.expected = expected;
    this.order = [...expected.keys()];
  }

  /** The recording with those of its proxies that are in sync and without an unexplained leaf; undefined without any. */
  static async of(recording: Recording): Promise<Measure | undefined> {
    const capture = await readCapture(`${recording.directory}/capture`);
    const input: RegistryInput = { resources: capture.resources, istiod: capture.istiods[0] };
    const rows = new Map(capture.istiods.flatMap(({ syncz }) => [...readSyncz(syncz)]));
    const registry = buildRegistry(input);
    const known = new Map(registry.proxies.map((proxy) => [proxy.id, proxy]));
    const expected = new Map<string, string>();
    const workloads = new Set<string>();
    for (const recorded of capture.proxies) {
      const [proxy, row] = [known.get(recorded.id), rows.get(recorded.id)];
      if (!proxy || !row || unackedTypes(row).length > 0) continue;
      // Of the replicas of a workload one is enough.
      const workload = `${proxy.namespace}/${proxy.pod.metadata.labels['pod-template-hash'] ?? recorded.id}`;
      if (workloads.has(workload)) continue;
      const live = decodeConfigDump(await recorded.configDump());
      const config = compileProxy(proxy, registry);
      if (live.rejected.length > 0 || compareConfigs(config, live.config).differences.length > 0) continue;
      workloads.add(workload);
      expected.set(recorded.id, JSON.stringify(config));
    }
    return expected.size > 0 ? new Measure(recording.name, input, expected) : undefined;
  }

  /** What proxies would be sent with another object in a resource's place. Inputs that cannot be compiled have no effect. */
  effectOf(resource: Resource, object: JsonObject): Effect {
    const other = toResource(object, resource.side);
    return this.effect({
      ...this.input,
      resources: this.resources.map((item) => (item === resource ? other : item)),
    });
  }

  /** What proxies would be sent with another MeshConfig. */
  effectOfMesh(mesh: JsonObject): Effect {
    return this.effect({ ...this.input, istiod: { ...this.input.istiod, mesh } });
  }

  private effect(input: RegistryInput): Effect {
    try {
      const registry = buildRegistry(input);
      const known = new Map(registry.proxies.map((proxy) => [proxy.id, proxy]));
      for (const id of this.order) {
        const proxy = known.get(id);
        const before = this.expected.get(id) ?? '';
        const after = proxy ? JSON.stringify(compileProxy(proxy, registry)) : '';
        if (after === before) continue;
        // The proxy that one field mattered to is the likeliest for the next one.
        this.order = [id, ...this.order.filter((item) => item !== id)];
        return { changed: true, unknown: lost(before, after) };
      }
    } catch {
      // Not every object without one of its fields is one that istiod would accept.
    }
    return { changed: false };
  }
}

const unknownValue = /\{"\$unknown":("(?:[^"\\]|\\.)*")\}/g;

/** Reasons of values that are not known, where two configs differ in nothing else. */
function lost(before: string, after: string): string[] {
  const [had, has] = [before, after].map((text) => text.replace(unknownValue, 'null'));
  if (had !== has) return [];
  return [...new Set([...before.matchAll(unknownValue)].map(([, reason = '""']) => JSON.parse(reason) as string))];
}
