import { EventEmitter } from 'node:events';
import { expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { PortForwardStream } from '../../../src/io/kube/port-forward-stream.ts';

it('keeps a connection alive that is not read from, and only such a one', async () => {
  const calls = { ping: vi.fn(), pause: vi.fn(), resume: vi.fn(), close: vi.fn(), terminate: vi.fn() };
  const socket = Object.assign(new EventEmitter(), calls, { readyState: 1, OPEN: 1, CLOSED: 3 });
  const stream = new PortForwardStream(socket as unknown as WebSocket, 10);
  socket.emit('message', Buffer.concat([Buffer.of(0, 0, 0), Buffer.alloc(1024 * 1024)]));
  expect(calls.pause).toHaveBeenCalled();
  await expect.poll(() => calls.ping.mock.calls.length, { timeout: 10_000 }).toBeGreaterThan(1);
  stream.read();
  const pings = calls.ping.mock.calls.length;
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(calls.ping.mock.calls.length).toBe(pings);
  stream.destroy();
});
