/**
 * Writes src/rules/schema/table.json: what the CustomResourceDefinitions of several releases demand (names and types of
 * fields, bounds, values, defaults, rules in CEL with their messages), for clusters whose own definitions cannot be read. They are taken from the Go modules of
 * Istio's API and of the Gateway API (`go` is needed):
 *
 *     node scripts/crd-schemas.ts
 */
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import type { JsonObject } from '../src/model/json.ts';
import { readDefinition } from '../src/rules/schema/normalize.ts';
import { pack } from '../src/rules/schema/pack.ts';
import type { KindSchemas } from '../src/rules/schema/schema.ts';

/** Modules of Istio's API by minor version; of 1.32, which has no release yet, what istiod is built with. */
const istio = {
  22: 'v1.22.0',
  23: 'v1.23.0',
  24: 'v1.24.0',
  25: 'v1.25.0',
  26: 'v1.26.0',
  27: 'v1.27.0',
  28: 'v1.28.0',
  29: 'v1.29.0',
  31: 'v1.31.1',
  32: 'v1.31.0-alpha.1.0.20260819121012-5803fb6accf7',
};
/** Nothing tells which bundle a cluster has: newest first. */
const gatewayApi = { '1.6': 'v1.6.0', '1.5': 'v1.5.0', '1.4': 'v1.4.0', '1.3': 'v1.3.0' };

const releases: Record<string, Map<string, KindSchemas>> = {};
for (const [minor, version] of Object.entries(istio)) {
  const file = join(moduleOf(`istio.io/api@${version}`), 'kubernetes/customresourcedefinitions.gen.yaml');
  releases[`istio-1.${minor}`] = read([file]);
}
for (const [name, version] of Object.entries(gatewayApi)) {
  const folder = join(moduleOf(`sigs.k8s.io/gateway-api@${version}`), 'config/crd/experimental');
  const files = globSync('gateway.networking.k8s.io_*.yaml', { cwd: folder }).sort();
  releases[`gateway-api-${name}`] = read(files.map((file) => join(folder, file)));
}
const target = join(import.meta.dirname, '../src/rules/schema/table.json');
writeFileSync(target, `${JSON.stringify(pack(releases))}\n`);

function moduleOf(name: string): string {
  const out = execFileSync('go', ['mod', 'download', '-json', name], { encoding: 'utf8' });
  return (JSON.parse(out) as { Dir: string }).Dir;
}

function read(files: readonly string[]): Map<string, KindSchemas> {
  const found = new Map<string, KindSchemas>();
  for (const file of files)
    for (const document of loadAll(readFileSync(file, 'utf8'))) {
      const definition = document ? readDefinition(document as JsonObject) : undefined;
      // What a controller writes is nobody's to write in Git.
      for (const { schema } of Object.values(definition?.versions ?? {}))
        if (schema.fields) schema.fields['status'] = { type: 'object', open: true };
      if (definition) found.set(definition.name, { versions: definition.versions });
    }
  return found;
}
