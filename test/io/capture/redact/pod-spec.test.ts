import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { keepsVariable, redactPodSpec } from '../../../../src/io/capture/redact/pod-spec.ts';

it('every variable of istiod that the program reads stays in captures', () => {
  const names = ['src/registry', 'src/compile', 'src/rules']
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)))
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => [...readFileSync(name, 'utf8').matchAll(/environment\.(?:flag|text)\(\s*'(\w+)'/g)])
    .map(([, name]) => name!);
  expect(names.length).toBeGreaterThan(30);
  expect(names.filter((name) => !keepsVariable(name))).toEqual([]);
});

it('names of variables, references and what probes ask stay', () => {
  const reference = { name: 'P', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } };
  const spec = {
    containers: [
      {
        name: 'app',
        image: 'app:1',
        args: ['--password=x'],
        env: [{ name: 'A', value: 'b' }, reference],
        readinessProbe: { httpGet: { path: '/ready', port: 80, httpHeaders: [{ name: 'a', value: 'b' }] } },
      },
      { name: 'istio-proxy', args: ['proxy', 'sidecar'], env: [{ name: 'ISTIO_META_NETWORK', value: 'n1' }] },
    ],
  };
  expect(redactPodSpec(spec)).toEqual({
    containers: [
      {
        name: 'app',
        image: 'app:1',
        env: [{ name: 'A' }, reference],
        readinessProbe: { httpGet: { path: '/ready', port: 80 } },
      },
      spec.containers[1],
    ],
  });
});
