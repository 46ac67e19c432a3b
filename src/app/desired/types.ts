import type { Resource } from '../../model/resource.ts';
import type { Waiver } from '../../model/waiver.ts';
import type { Diagnostic, SkippedFile } from '../../source/diagnostic.ts';
import type { HelmRelease, MeshConfigFile } from '../../source/mesh-config/read.ts';
import type { Ownership } from '../../source/ownership.ts';
import type { Whereabouts } from '../../source/whereabouts.ts';

/** What the flags say; what they leave out comes from the project file, then from defaults. */
export interface DesiredOptions {
  /** Directory or clone URL; the current directory's repository by default. */
  git?: string;
  /** Branch, tag, commit, `HEAD~2`; `WORKTREE` reads files as they are. `HEAD` by default. */
  ref?: string;
  paths?: readonly string[];
  /** The project file; `.mesh.yaml` at the root by default. */
  config?: string;
  kustomize?: readonly string[];
  helm?: readonly HelmRelease[];
  /** Namespace of objects that name none. */
  namespace?: string;
  /** Whether a source without any object is a result like others, not an error. */
  mayBeEmpty?: boolean;
  /** The directory that relative paths start from. */
  cwd: string;
}

/** What Git says the mesh should be. */
export interface Desired {
  /** The repository's directory, or its clone URL without credentials. */
  repository: string;
  /** The ref as it was found: `main`, `origin/main`, `WORKTREE`. */
  ref: string;
  /** Full id; '' for files of a work tree. */
  commit: string;
  /** What was read, from the root; empty: all of it. */
  paths: string[];
  /** Every object once, on side `git`, in the order of files. */
  resources: Resource[];
  diagnostics: Diagnostic[];
  /** Files that gave no object, and why. */
  skipped: SkippedFile[];
  config: MeshConfigFile;
  /** Comments that waive findings, of all files that were read or rendered. */
  waivers: Waiver[];
  /** Path of the project file, where there is one. */
  configFile?: string;
  /** Whether Git answers for a live object, so that it is unmanaged when Git does not hold it. */
  owns(resource: Resource): boolean;
  ownership(resource: Resource): Ownership;
  /**
   * Where live objects that `resources` does not hold are or were in the repository: outside of the paths read, dropped
   * by some commit, or never there. By `resourceKey`.
   */
  whereabouts(resources: readonly Resource[], signal?: AbortSignal): Promise<Map<string, Whereabouts>>;
}
