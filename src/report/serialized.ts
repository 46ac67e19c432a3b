import { dump } from 'js-yaml';

/** A contract for scripts as JSON. */
export function asJson(contract: unknown): string {
  return `${JSON.stringify(contract, null, 2)}\n`;
}

/** The same as YAML: just what JSON has, and no anchors, which some readers refuse. */
export function asYaml(contract: unknown): string {
  return dump(JSON.parse(JSON.stringify(contract)), { lineWidth: 120, noRefs: true });
}
