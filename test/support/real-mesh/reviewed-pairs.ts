import { askedMesh } from '../../../src/app/review/ask.ts';
import { effectiveChanges } from '../../../src/app/review/effective-changes.ts';
import { differences } from '../../../src/app/review/requests.ts';
import type { DifferentRequest } from '../../../src/app/review/sides.ts';
import type { CompiledMesh } from '../../../src/rules/types.ts';
import { type MeshAnswer, type MeshRequest, type RealMeshes, startRealMeshes } from './index.ts';
import { disagreement } from './words.ts';

/** Changes of a mesh: what a review says of each, and both of its sides in a real Envoy. */
export class ReviewedPairs {
  /** What a review shows of each change. */
  readonly told: readonly DifferentRequest[][];
  readonly #meshes: CompiledMesh[];
  #real: RealMeshes | undefined;

  constructor(pairs: readonly { base: CompiledMesh; head: CompiledMesh }[]) {
    this.#meshes = pairs.flatMap(({ base, head }) => [base, head]);
    this.told = pairs.map(({ base, head }) =>
      differences({ base: askedMesh(base), head: askedMesh(head) }, effectiveChanges(base, head)),
    );
  }

  async start(): Promise<void> {
    this.#real = await startRealMeshes(this.#meshes);
  }

  stop(): unknown {
    return this.#real?.stop();
  }

  /** What the base and the head of a change answer. */
  async send(change: number, requests: MeshRequest[]): Promise<[base: MeshAnswer[], head: MeshAnswer[]]> {
    if (!this.#real) throw new Error('not started');
    return [await this.#real.send(2 * change, requests), await this.#real.send(2 * change + 1, requests)];
  }

  /** Sends all that is shown, and finds what a side answers otherwise than is said of it. */
  async disagreements(sentOf: (told: DifferentRequest) => MeshRequest): Promise<Disagreement[]> {
    const wrong: Disagreement[] = [];
    for (const [change, all] of this.told.entries()) {
      const [base, head] = await this.send(change, all.map(sentOf));
      for (const [index, { base: ofBase, head: ofHead, proxies, curl }] of all.entries()) {
        const found = [disagreement(ofBase, base[index]), disagreement(ofHead, head[index])].filter((it) => it !== '');
        if (found.length > 0) wrong.push({ change, words: `${proxies[0] ?? 'nobody'}: ${curl}: ${found.join('; ')}` });
      }
    }
    return wrong;
  }
}

export interface Disagreement {
  change: number;
  words: string;
}
