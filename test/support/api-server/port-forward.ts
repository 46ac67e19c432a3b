import { connect } from 'node:net';
import type { WebSocket } from 'ws';

/** Where a forwarded port leads, or how it fails. */
export type Forward =
  | { host?: string; port: number }
  /** The kubelet cannot connect: its words come on the error channel. */
  | { refuse: string }
  /** Nothing ever comes. */
  | { hang: true }
  /** The connection is lost, or closed in good order, after so many bytes of data. */
  | { port: number; cutAfter: number; how: 'reset' | 'close' | 'stall' }
  /** Fixed bytes in place of a proxy's. */
  | { reply: string };

/** Bytes that may wait in a WebSocket before the pod's side is paused. */
const highWater = 256 * 1024;

/** Serves one forwarded port the way a kubelet does over `v4.channel.k8s.io`: channel 0 data, 1 error, the port first. */
export function serveForward(socket: WebSocket, port: number, forward: Forward): void {
  const send = (channel: number, bytes: Buffer, done?: () => void) =>
    socket.send(Buffer.concat([Buffer.of(channel), bytes]), { binary: true }, done);
  const portBytes = Buffer.alloc(2);
  portBytes.writeUInt16LE(port);
  send(0, portBytes);
  send(1, portBytes);
  if ('refuse' in forward) {
    send(1, Buffer.from(forward.refuse), () => socket.close());
  } else if ('reply' in forward) {
    socket.on('message', () => send(0, Buffer.from(forward.reply)));
  } else if (!('hang' in forward)) {
    relay(socket, forward, send);
  }
}

function relay(
  socket: WebSocket,
  forward: { host?: string; port: number; cutAfter?: number; how?: string },
  send: (channel: number, bytes: Buffer, done?: () => void) => void,
): void {
  const upstream = connect(forward.port, forward.host ?? '127.0.0.1');
  let left = forward.cutAfter ?? Number.POSITIVE_INFINITY;
  upstream.on('data', (chunk: Buffer) => {
    const bytes = chunk.subarray(0, Math.min(chunk.length, left));
    left -= bytes.length;
    if (bytes.length > 0) {
      send(0, bytes, () => {
        if (socket.bufferedAmount < highWater) upstream.resume();
        if (left === 0 && forward.how === 'reset') socket.terminate();
        if (left === 0 && forward.how === 'close') socket.close();
      });
    }
    if (socket.bufferedAmount >= highWater) upstream.pause();
  });
  upstream.on('end', () => socket.close());
  upstream.on('error', (error) => {
    send(1, Buffer.from(`error forwarding port: ${error.message}`), () => socket.close());
  });
  socket.on('message', (data: Buffer) => upstream.write(data.subarray(1)));
  socket.on('close', () => upstream.destroy());
}
