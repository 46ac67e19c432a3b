import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { load } from 'js-yaml';
import type { Label } from './match.ts';
import type { Refused } from './refused.ts';

/** A recording with what people wrote of it in its scenario.yaml. */
export interface LabelledRecording {
  /** `1.29/fault-two-dr`. */
  name: string;
  folder: string;
  /** Where the manifests are that are to be judged. */
  path: 'git' | 'rendered';
  /** Where those are that were applied: of a review, its base. */
  applied: 'git' | 'rendered' | 'base';
  expect: {
    /** Git, the API server and the proxies agree: `drift` finds nothing. */
    clean?: boolean;
    findings?: Label[];
    /** Of a review: what it mends. */
    fixed?: Label[];
  };
  refused: Refused[];
}

/**
 * The recordings below `$MESH_RECORDINGS` (or `.recordings`) whose names have one of the words of the command line in
 * them; all where there are no words. Exits 2 where there is none, since a check of nothing must not pass.
 */
export function labelledRecordings(pattern = '*/*/scenario.yaml'): LabelledRecording[] {
  const root = process.env['MESH_RECORDINGS'] ?? '.recordings';
  const wanted = process.argv.slice(2).filter((it) => !it.startsWith('-'));
  const found = globSync(pattern, { cwd: root })
    .map(dirname)
    .filter((name) => wanted.length === 0 || wanted.some((it) => name.includes(it)))
    .sort()
    .map((name): LabelledRecording => {
      const folder = join(root, name);
      const { expect = {}, refused = [] } = load(
        readFileSync(join(folder, 'scenario.yaml'), 'utf8'),
      ) as Partial<LabelledRecording>;
      const path = existsSync(join(folder, 'rendered')) ? 'rendered' : 'git';
      const applied = basename(name).startsWith('review-') ? 'base' : path;
      return { name, folder, path, applied, expect, refused };
    });
  if (found.length === 0) {
    console.error(`no recordings below ${root}; set MESH_RECORDINGS`);
    process.exit(2);
  }
  return found;
}
