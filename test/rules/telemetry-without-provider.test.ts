import { expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { findingsIn } from '../support/rules.ts';

const providers = { extensionProviders: [{ name: 'otel', opentelemetry: { service: 'cart.shop', port: 8080 } }] };
const told = (yaml: string, mesh: object = providers) =>
  findingsIn(yaml, { mesh: mesh as never }).map(({ code, resource, field }) => `${code} ${resource} ${field}`);

it('tells parts of a Telemetry for which nobody names a provider', () => {
  expect(told(manifest('Telemetry', 'a', '{tracing: [{randomSamplingPercentage: 5}]}'))).toEqual([
    'MESH0202 Telemetry shop/a spec.tracing[0]',
  ]);
  expect(told(manifest('Telemetry', 'a', '{accessLogging: [{}], metrics: [{reportingInterval: 5s}]}'))).toEqual([
    'MESH0202 Telemetry shop/a spec.accessLogging[0]',
    'MESH0202 Telemetry shop/a spec.metrics[0]',
  ]);
});

it('is silent with a provider, a default, one that the root namespace names, and where something is switched off', () => {
  const sampling = '{tracing: [{randomSamplingPercentage: 5}]}';
  const named = '{tracing: [{providers: [{name: otel}]}]}';
  expect(told(manifest('Telemetry', 'a', named))).toEqual([]);
  expect(told(manifest('Telemetry', 'a', sampling), { ...providers, defaultProviders: { tracing: ['otel'] } })).toEqual(
    [],
  );
  const root = manifest('Telemetry', 'root', named, { namespace: 'istio-system' });
  expect(told(root + manifest('Telemetry', 'a', sampling))).toEqual([]);
  const off = '{tracing: [{disableSpanReporting: true}], accessLogging: [{disabled: true}]}';
  expect(told(manifest('Telemetry', 'a', off))).toEqual([]);
});

it('is silent where the mesh config is not known', () => {
  expect(told(manifest('Telemetry', 'a', '{accessLogging: [{}]}'), {})).toEqual([]);
});
