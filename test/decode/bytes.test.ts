import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeConfigDumpBytes, decodeInSteps } from '../../src/decode/bytes.ts';
import { decodeConfigDump } from '../../src/decode/index.ts';
import { KnownValues } from '../../src/decode/known-values.ts';

const bytes = readFileSync(
  'fixtures/recordings/1.29/baseline/capture/proxies/shop/frontend-v1-6dddf95df-b695w/config_dump.json',
);
const split = { splitFrom: 0 };

describe('a dump read piece by piece', () => {
  it('gives what the whole gives', () => {
    const whole = decodeConfigDump(JSON.parse(bytes.toString()));
    expect(decodeConfigDumpBytes(bytes, split)).toEqual(whole);
    expect(decodeConfigDumpBytes(Buffer.from(JSON.stringify(JSON.parse(bytes.toString()), null, 2)), split)).toEqual(
      whole,
    );
    expect(decodeConfigDumpBytes(bytes)).toEqual(whole);
  });

  it('reads sections whose type comes last, and texts with brackets and escapes', () => {
    const dump = {
      configs: [
        {
          dynamic_active_clusters: [{ cluster: { name: 'a"}]\\', text: '{"configs":[' } }, { cluster: { name: 'ü' } }],
          version_info: 'v1',
          '@type': 'type.googleapis.com/envoy.admin.v3.ClustersConfigDump',
        },
      ],
    };
    const live = decodeConfigDumpBytes(Buffer.from(JSON.stringify(dump)), split);
    expect(live.config.clusters.map(({ name }) => name)).toEqual(['a"}]\\', 'ü']);
    expect(live.versions).toEqual({ cluster: 'v1' });
  });

  it('says of each truncated dump that it is', () => {
    for (let at = 1; at < 40; at++) {
      const end = Math.floor((bytes.length * at) / 40);
      for (const options of [split, {}])
        expect(() => decodeConfigDumpBytes(bytes.subarray(0, end), options)).toThrow(/cut off|not JSON/);
    }
  });

  it.each([
    ['', /empty|cut off/],
    ['<html></html>', /HTML|is expected at byte 0/],
    ['[]', /array|is expected/],
    ['{}', /no "configs"/],
    ['{"configs": []}', /without clusters/],
    ['{"configs": {}}', /no "configs"|is expected/],
    ['{"configs": [{}]}', /no "@type"/],
    ['no such page', /not JSON|is expected/],
    ['{"configs": []} trailing', /not JSON|goes on/],
  ])('refuses %j either way', (text, message) => {
    expect(() => decodeConfigDumpBytes(Buffer.from(text))).toThrow(message);
    expect(() => decodeConfigDumpBytes(Buffer.from(text), split)).toThrow(message);
  });
});

describe('dumps of replicas', () => {
  const decode = (text: string, known: KnownValues) => {
    const steps = decodeInSteps(Buffer.from(text), known);
    for (;;) {
      const { done, value } = steps.next();
      if (done) return value;
    }
  };
  const text = bytes.toString();
  const whole = decodeConfigDump(JSON.parse(text));

  it('give one value for what is printed alike, whatever the versions and times around it', () => {
    const known = new KnownValues();
    const one = decode(text, known);
    const two = decode(text.replaceAll(/"last_updated": ?"[^"]*"/g, '"last_updated":"2026-01-01T00:00:00Z"'), known);
    expect(one).toEqual(whole);
    expect(two.config).toEqual(whole.config);
    expect(two.lastUpdated.cluster.get(whole.config.clusters[0]!.name)).toBe('2026-01-01T00:00:00Z');
    for (const list of ['clusters', 'endpoints', 'listeners', 'routes'] as const) {
      expect(two.config[list].length).toBeGreaterThan(0);
      for (const [at, resource] of two.config[list].entries()) expect(resource).toBe(one.config[list][at]);
    }
  });

  it('give another value for the one resource that differs', () => {
    const known = new KnownValues();
    const one = decode(text, known);
    const other = text.replace(/(dynamic_active_clusters.*?"connect_timeout": ?)"10s"/s, '$1"11s"');
    expect(other).not.toBe(text);
    const two = decode(other, known);
    const differing = two.config.clusters.filter((cluster, at) => cluster !== one.config.clusters[at]);
    expect(differing).toHaveLength(1);
    expect(differing[0]).toMatchObject({ connect_timeout: '11s' });
    expect(two.config.listeners.every((listener, at) => listener === one.config.listeners[at])).toBe(true);
  });

  it('are forgotten beyond what may be kept', () => {
    const known = new KnownValues(2000);
    const one = decode(text, known);
    expect(decode(text, known)).toEqual(whole);
    expect(decode(text, known).config.clusters[0]).not.toBe(one.config.clusters[0]);
  });
});
