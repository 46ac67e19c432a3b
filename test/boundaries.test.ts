import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What each room may import of the others (ARCHITECTURE.md). */
const mayImport: Record<string, string[]> = {
  commands: ['commands', 'src/app', 'src/report', 'src/model'],
  'src/app': [
    'src/app',
    'src/io',
    'src/source',
    'src/model',
    'src/registry',
    'src/compile',
    'src/decode',
    'src/compare',
    'src/rules',
    'src/explain',
    'src/report',
  ],
  'src/io': ['src/io', 'src/source', 'src/model', 'src/decode'],
  'src/source': ['src/source', 'src/model'],
  'src/model': ['src/model'],
  'src/registry': ['src/registry', 'src/model', 'src/source'],
  'src/compile': ['src/compile', 'src/registry', 'src/model'],
  'src/decode': ['src/decode', 'src/model'],
  'src/compare': ['src/compare', 'src/model'],
  'src/rules': ['src/rules', 'src/model', 'src/registry', 'src/compile', 'src/compare', 'src/explain'],
  'src/explain': ['src/explain', 'src/model'],
  'src/report': ['src/report', 'src/model'],
};

/** Modules by which a file reaches the network, the disk, other processes or the clock. */
const impure =
  /^node:(fs|net|tls|http|https|http2|dns|child_process|worker_threads)|^(simple-git|ws|@kubernetes\/client-node)/;
const pureRooms = [
  'src/source',
  'src/model',
  'src/registry',
  'src/compile',
  'src/decode',
  'src/compare',
  'src/rules',
  'src/explain',
  'src/report',
];

interface Import {
  file: string;
  room: string;
  target: string;
}

function filesOf(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

function roomOf(file: string): string {
  return Object.keys(mayImport).find((room) => file.startsWith(`${room}/`)) ?? '';
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  // A constant table of names is no way to the network.
  const code = text.replace("import { STATUS_CODES } from 'node:http';", '');
  const found = [...code.matchAll(/(?:from\s+|import\s+|import\()\s*'([^']+)'/g)].map((match) => match[1] ?? '');
  return found.map((name) => ({
    file,
    room: roomOf(file),
    target: name.startsWith('.') ? relative(root, normalize(join(root, dirname(file), name))) : name,
  }));
}

const files = [...filesOf('src'), ...filesOf('commands')];
const imports = files.flatMap(importsOf);

describe('boundaries between folders', () => {
  it('looks at the whole program', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(imports.length).toBeGreaterThan(100);
    expect(files.filter((file) => roomOf(file) === '')).toEqual([]);
  });

  it('imports between rooms go only where ARCHITECTURE.md lets them', () => {
    const wrong = imports.filter(({ room, target }) => {
      const other = roomOf(target);
      return other !== '' && !mayImport[room]?.includes(other);
    });
    expect(wrong.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
  });

  it('the core reaches no network, disk, process or clock', () => {
    const wrong = imports.filter(({ room, target }) => pureRooms.includes(room) && impure.test(target));
    expect(wrong.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
    const clocks = files
      .filter((file) => pureRooms.includes(roomOf(file)))
      .filter((file) => /Date\.now\(|new Date\(\)|Math\.random\(/.test(readFileSync(join(root, file), 'utf8')));
    expect(clocks).toEqual([]);
  });

  it('no file is longer than 300 lines without a written reason', () => {
    const long = files.filter((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      return text.split('\n').length > 301 && !text.includes('longer than 300 lines because');
    });
    expect(long).toEqual([]);
  });
});
