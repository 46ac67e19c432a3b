import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it, vi } from 'vitest';

vi.setConfig({ testTimeout: 300_000 });

it.skipIf(process.platform !== 'linux')(
  'a drift of 30 proxies of 3 workloads stays far below 350 MiB, dumps of 0.6 MB each among it',
  async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['bench/drift.ts', '30', '45', '3']);
    const measured = JSON.parse(stdout) as { peakMiB: number; dumpKb: number; seen: { inSync: number } };
    expect(measured.seen).toMatchObject({ examined: 30, skipped: 0, inSync: 30 });
    expect(measured.dumpKb).toBeGreaterThan(500);
    // 175 measured; the client library alone, or the dumps and configurations kept, would add 100 each.
    expect(measured.peakMiB).toBeLessThan(260);
  },
);
