import { isWildcard } from './hostname.ts';
import type { Service } from './types.ts';

const slots = 256 * 254;
const prime = 65011;

/**
 * Gives addresses to ServiceEntries' hosts without any, as istiod does where its allocator is off
 * (serviceentry.autoAllocateIPs): by a hash of namespace and host, with double hashing where slots collide. Resolution
 * NONE and wildcards get none.
 *
 * @param services in istiod's order; those that get addresses are replaced
 */
export function autoAllocate(services: readonly Service[]): Service[] {
  const bySlot = new Map<number, Service>();
  for (const service of services) {
    if (!isEligible(service) || bySlot.size >= slots) continue;
    bySlot.set(freeSlot(hash(key(service)), bySlot), service);
  }
  const addresses = new Map<string, string[]>();
  const allotted = new Map<Service, string[]>();
  // The counter passes over numbers that end in 255 for good, so that a slot's address depends on how many it passed.
  let skipped = 0;
  for (const [slot, service] of [...bySlot].sort(([a], [b]) => a - b)) {
    let position = slot + 1 + skipped;
    if (position % 255 === 0) {
      skipped++;
      position++;
    }
    const known = addresses.get(key(service)) ?? addressesAt(Math.floor(position / 255), position % 255);
    addresses.set(key(service), known);
    allotted.set(service, known);
  }
  return services.map((service) => {
    const found = allotted.get(service);
    return found ? { ...service, autoAllocatedAddresses: found } : service;
  });
}

function isEligible(service: Service): boolean {
  return service.addresses[0] === '0.0.0.0' && !isWildcard(service.hostname) && service.resolution !== 'Passthrough';
}

function key(service: Service): string {
  return `${service.namespace}/${service.hostname}`;
}

function freeSlot(start: number, taken: ReadonlyMap<number, unknown>): number {
  let slot = start % slots;
  const step = prime - (start % prime);
  for (let i = 1; taken.has(slot); i++) slot = ((start + i * step) >>> 0) % (slots - 1);
  return slot;
}

function addressesAt(third: number, fourth: number): string[] {
  const hex = (value: number): string => value.toString(16);
  return [`240.240.${third}.${fourth}`, `2001:2::f0f0:${third === 0 ? '' : hex(third)}${hex(fourth)}`];
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
}
