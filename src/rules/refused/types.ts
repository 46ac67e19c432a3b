import type { Behaviour } from '../../model/istio-version.ts';
import type { Place } from './place.ts';

/** An object under judgement. */
export interface Judged {
  spec: Place;
  /** `metadata.name` */
  name: Place;
  /** `metadata.labels` */
  labels: Place;
  /** `metadata.annotations` */
  annotations: Place;
  namespace: string;
  behaviour: Behaviour;
}

/** Tells at the places of an object what istiod's webhook says of it. */
export type Judge = (judged: Judged) => void;
