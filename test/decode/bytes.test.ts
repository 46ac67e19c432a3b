import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeConfigDumpBytes } from '../../src/decode/bytes.ts';
import { decodeConfigDump } from '../../src/decode/index.ts';

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
