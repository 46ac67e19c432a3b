/**
 * Writes src/rules/schema/table.json: what the CustomResourceDefinitions of several releases demand (names and types of
 * fields, bounds, values), for clusters whose own definitions cannot be read. They are taken from the Go modules of
 * Istio's API and of the Gateway API (`go` is needed):
 *
 *     node scripts/crd-schemas.ts
 *
 * Of releases of Istio that have no module yet, the fields that scripts/supported/kinds.ts knows are added.
 */
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import type { JsonObject } from '../src/model/json.ts';
import { readDefinition } from '../src/rules/schema/normalize.ts';
import { pack } from '../src/rules/schema/pack.ts';
import type { KindSchemas, Schema } from '../src/rules/schema/schema.ts';
import { kinds } from './supported/kinds.ts';

/** Modules of Istio's API by minor version. */
const istio = {
  22: 'v1.22.0',
  25: 'v1.25.0',
  26: 'v1.26.0',
  27: 'v1.27.0',
  28: 'v1.28.0',
  29: 'v1.29.0',
  31: 'v1.31.1',
};
/** Nothing tells which bundle a cluster has: the newest counts, and of older ones what it has not got any more. */
const gatewayApi = ['v1.3.0', 'v1.4.0', 'v1.5.0'];

const releases: Record<string, Map<string, KindSchemas>> = {};
for (const [minor, version] of Object.entries(istio)) {
  const file = join(moduleOf(`istio.io/api@${version}`), 'kubernetes/customresourcedefinitions.gen.yaml');
  releases[`istio-1.${minor}`] = read([file]);
}
releases['istio-1.32'] = withAdded(structuredClone(releases['istio-1.31'] as Map<string, KindSchemas>));
const merged = new Map<string, KindSchemas>();
for (const version of gatewayApi) {
  const folder = join(moduleOf(`sigs.k8s.io/gateway-api@${version}`), 'config/crd/experimental');
  const files = globSync('gateway.networking.k8s.io_*.yaml', { cwd: folder }).sort();
  for (const [name, { versions }] of read(files.map((file) => join(folder, file))))
    merged.set(name, { versions: { ...merged.get(name)?.versions, ...versions } });
}
releases['gateway-api'] = merged;
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

/** Fields that are known by name only may hold anything. */
function withAdded(schemas: Map<string, KindSchemas>): Map<string, KindSchemas> {
  for (const { group, kind, added } of kinds)
    for (const { schema } of Object.values(schemas.get(`${group}/${kind}`)?.versions ?? {}))
      for (const path of added) add(schema, path.split('.'));
  return schemas;
}

function add(schema: Schema, [step = '', ...rest]: readonly string[]): void {
  const name = step.replace(/\[\]|\{\}/g, '');
  if (!schema.fields || step === '') return;
  const known = schema.fields[name];
  if (!known)
    schema.fields[name] = step.includes('[]')
      ? { type: 'array' }
      : step.includes('{}')
        ? { type: 'object', open: true }
        : rest.length > 0
          ? { type: 'object', open: true }
          : {};
  else add(step.includes('[]') ? (known.items ?? {}) : (known.values ?? known), rest);
}
