import { isDnsLabel } from './names.ts';
import type { Place } from './place.ts';

const http = ['http', 'http2', 'http_proxy', 'grpc', 'grpc-web'];
const tls = ['https', 'tls'];
const others = ['tcp', 'udp', 'mongo', 'redis', 'mysql'];

/** A protocol as istiod reads the word (pkg/config/protocol, `Parse`): in lower case; undefined for none. */
export function protocolOf(word: string): string | undefined {
  const lower = word.toLowerCase();
  return [...http, ...tls, ...others].includes(lower) ? lower : undefined;
}

export function isHttp(word: string): boolean {
  return http.includes(word.toLowerCase());
}

export function isTls(word: string): boolean {
  return tls.includes(word.toLowerCase());
}

/** Protocols on top of TCP that istiod does not take apart as HTTP. */
export function isTcp(word: string): boolean {
  return isTls(word) || (others.includes(word.toLowerCase()) && word.toLowerCase() !== 'udp');
}

/** Refuses a word that is no protocol; none at all means that Envoy finds out, where that is allowed. */
export function wantProtocol(place: Place, mayMiss = true): void {
  if ((mayMiss && place.text === '') || protocolOf(place.text)) return;
  place.refuse(
    place.text === '' ? 'is missing' : `is ${JSON.stringify(place.text)}, which is no protocol that istiod knows`,
    `write one of ${[...http, ...tls, ...others].map((word) => word.toUpperCase()).join(', ')}.`,
  );
}

/** Refuses the name of a port that is no DNS label (`ValidatePortName`). */
export function wantPortName(place: Place, name: string): void {
  if (!isDnsLabel(name))
    place.refuse(
      name === '' ? 'is missing' : `has the name ${JSON.stringify(name)}, which is no DNS label`,
      'name the port with letters, digits and dashes.',
    );
}
