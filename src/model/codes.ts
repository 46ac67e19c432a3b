/** Every finding's stable code. A code is never reused; `kubectl mesh explain` and the documentation are keyed by it. */
export const codes = {
  fieldDrift: 'MESH0001',
  notApplied: 'MESH0002',
  unmanaged: 'MESH0003',
  controllerOwned: 'MESH0004',
  wrongNamespace: 'MESH0005',
  stale: 'MESH0010',
  disconnected: 'MESH0011',
  rejected: 'MESH0012',
  anomaly: 'MESH0020',
  notModelled: 'MESH0021',
} as const;

export type Code = (typeof codes)[keyof typeof codes];
