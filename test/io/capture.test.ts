import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CaptureError, readCapture } from '../../src/io/capture.ts';

function directory(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'capture-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

const head = '{"format":"mesh-capture/v1","takenAt":"2026-01-01T00:00:00Z"}';
const services = JSON.stringify({
  kind: 'List',
  items: [{ apiVersion: 'v1', kind: 'Service', metadata: { name: 's', namespace: 'n' } }],
});

describe('a recording', () => {
  it('gives resources, proxies and what istiod said, without errors', async () => {
    const capture = await readCapture('fixtures/recordings/1.29/baseline/capture');
    expect(capture.errors).toEqual([]);
    expect(capture.takenAt).toBe('2026-11-21T10:39:55Z');
    expect(capture.proxies).toHaveLength(14);
    expect(capture.resources.filter(({ kind }) => kind === 'Pod').length).toBeGreaterThanOrEqual(14);
    expect(capture.istiods).toMatchObject([{ pod: 'istiod-lab-0', version: '1.29.0-unknown-Clean' }]);
    expect(await capture.proxies[0]?.configDump()).toHaveProperty('configs');
  });
});

describe('what cannot be used', () => {
  it.each([
    [
      'no capture',
      {},
      /not a capture: it has no capture\.json; name a directory or \.tgz that kubectl mesh capture wrote/,
    ],
    ['another file', { 'capture.json': '{"format":"other"}' }, /not a capture/],
    [
      'a newer format',
      { 'capture.json': '{"format":"mesh-capture/v3"}' },
      /mesh-capture\/v3.*reads up to mesh-capture\/v2/,
    ],
  ])('%s is refused', async (_what, files, message) => {
    await expect(readCapture(directory(files))).rejects.toThrow(message);
  });

  it('is named file by file and hides no other', async () => {
    const root = directory({
      'capture.json': head,
      'resources/services.json': services,
      'resources/pods.json': services.slice(0, 20),
      'resources/nodes.json': '<html>',
      'resources/namespaces.json': '',
      'resources/configmaps.json': '[]',
      'resources/gateways.json': '{"items":[{"kind":"Gateway"}]}',
      'istiod/i/syncz.json': '[]',
      'istiod/i/mesh.json': 'no debug access',
      'proxies/n/p/config_dump.json': '{"configs": [',
    });
    const capture = await readCapture(root);
    expect(capture.resources.map(({ metadata }) => metadata.name)).toEqual(['s']);
    const errors = Object.fromEntries(
      capture.errors.map(({ file, message }) => [file.slice(root.length + 1), message]),
    );
    expect(errors['resources/pods.json']).toMatch(/cut off/);
    expect(errors['resources/nodes.json']).toMatch(/HTML/);
    expect(errors['resources/namespaces.json']).toBe('empty');
    expect(errors['resources/configmaps.json']).toMatch(/not a Kubernetes List/);
    expect(errors['resources/gateways.json']).toMatch(/1 of its 1 items/);
    expect(errors['istiod/i/mesh.json']).toMatch(/not JSON/);
    expect(errors['istiod/i/version.json']).toBe('missing');
    expect(capture.istiods).toMatchObject([{ pod: 'i', syncz: [] }]);
    await expect(capture.proxies[0]?.configDump()).rejects.toThrow(CaptureError);
    await expect(capture.proxies[0]?.configDump()).rejects.toThrow(/config_dump\.json: cut off/);
  });
});
