import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import picomatch from 'picomatch';

/** One recording: `1.29/baseline` and the folder that holds its `capture/`. */
export interface Recording {
  name: string;
  directory: string;
}

/** Where unpacked recordings lie: $MESH_RECORDINGS, else `.recordings`. */
export function recordingsRoot(): string {
  return process.env['MESH_RECORDINGS'] ?? '.recordings';
}

/**
 * The recordings below `root` (`VERSION/NAME/capture`) that `patterns` choose: `1.29/baseline`, `baseline` (of every
 * version), globs. All where there is no pattern.
 *
 * @throws where a pattern chooses nothing: an examination of nothing is no success
 */
export function findRecordings(root: string, patterns: readonly string[]): Recording[] {
  const all = folders(root).flatMap((version) =>
    folders(join(root, version))
      .filter((name) => existsSync(join(root, version, name, 'capture', 'capture.json')))
      .map((name) => ({ name: `${version}/${name}`, directory: join(root, version, name) })),
  );
  if (all.length === 0)
    throw new Error(`no recordings below ${root} (set MESH_RECORDINGS, or unpack them to .recordings)`);
  const chosen = new Set<Recording>();
  for (const pattern of patterns.length === 0 ? ['**'] : patterns) {
    const matches = picomatch([pattern, `*/${pattern}`]);
    const found = all.filter((recording) => matches(recording.name));
    if (found.length === 0) throw new Error(`no recording is named ${pattern} below ${root}`);
    for (const recording of found) chosen.add(recording);
  }
  return [...chosen];
}

function folders(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}
