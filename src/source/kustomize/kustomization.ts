import { posix } from 'node:path';
import type { Json, JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import { readDocuments, type SourceDocument } from '../documents.ts';

/** A `kustomization.yaml`. */
export interface Kustomization {
  /** Its directory from the root, '' for the root itself. */
  directory: string;
  file: string;
  text: string;
  document: SourceDocument;
  value: JsonObject;
}

const fileNames = new Set(['kustomization.yaml', 'kustomization.yml', 'Kustomization']);

/** Whether Kustomize takes a file of this path for a directory's kustomization. */
export function isKustomizationFile(path: string): boolean {
  return fileNames.has(posix.basename(path));
}

/** Reads a kustomization; undefined for a file that is none. */
export function readKustomization(file: string, text: string): Kustomization | undefined {
  const [document] = readDocuments(file, text);
  if (!document || !isObject(document.value)) return undefined;
  const { apiVersion } = document.value;
  // Flux has a kind of the same name, which is an object of the cluster.
  if (typeof apiVersion === 'string' && !apiVersion.startsWith('kustomize.config.k8s.io/')) return undefined;
  const directory = posix.dirname(file) === '.' ? '' : posix.dirname(file);
  return { directory, file, text, document, value: document.value as JsonObject };
}

/** A component changes the resources of the kustomization that includes it and is never rendered by itself. */
export function isComponent(kustomization: Kustomization): boolean {
  return kustomization.value['kind'] === 'Component';
}

/** The texts of a list field. */
export function listOf(kustomization: Kustomization, field: string): string[] {
  const value = kustomization.value[field];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** The mappings of a list field. */
export function mappingsOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter((item): item is JsonObject => isObject(item)) : [];
}

/** A path that a kustomization names, from the root. */
export function pathFrom(kustomization: Kustomization, entry: string): string {
  const path = posix.join(kustomization.directory, entry).replace(/(?<!\/)\/+$/, '');
  return path === '.' ? '' : path;
}
