import { describe, expect, it } from 'vitest';
import { explainCode } from '../../src/app/explain-code.ts';
import { codes } from '../../src/model/codes.ts';

describe('explainCode', () => {
  it.each(Object.values(codes))('has a page for %s with what, why, examples and fix', async (code) => {
    const page = await explainCode(code);
    expect(page.startsWith(`# ${code}: `)).toBe(true);
    for (const part of ['## Why it matters', '## Fires', '## Does not fire', '## Fix']) expect(page).toContain(part);
  });

  it('takes a code in any spelling', async () => {
    expect(await explainCode('120')).toBe(await explainCode('MESH0120'));
    expect(await explainCode('mesh-120')).toBe(await explainCode('MESH0120'));
    expect(await explainCode('mesh0120')).toBe(await explainCode('MESH0120'));
  });

  it('says what codes there are', async () => {
    await expect(explainCode('MESH9999')).rejects.toThrow('there is no code MESH9999');
    await expect(explainCode('MESHO100')).rejects.toThrow('did you mean MESH0100');
    const listed = (await explainCode()).trimEnd().split('\n');
    expect(listed).toHaveLength(Object.values(codes).length);
    expect(listed).toContain("MESH0100  a destination's host does not exist");
  });
});
