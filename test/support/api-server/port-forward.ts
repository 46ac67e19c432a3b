import { connect, type Socket } from 'node:net';
import type { WebSocket } from 'ws';

/** Where a forwarded port leads, or how it fails. */
export type Forward =
  | { host?: string; port: number }
  /** The kubelet cannot connect: its words come on the error channel. */
  | { refuse: string }
  /** Nothing ever comes. */
  | { hang: true }
  /** The connection ends in one of these ways after so many bytes of data. */
  | { port: number; cutAfter: number; how: End }
  /** Fixed bytes in place of a proxy's. */
  | { reply: string }
  /** The API server answers so, instead of switching protocols. */
  | { status: number; retryAfter?: string };

/**
 * How a forwarded port ends: lost (`reset`), in good order (`close`), not at all though nothing comes any more (`stall`),
 * and in halves: TCP's FIN while the server goes on reading (`fin`), WebSocket's close frame while TCP stays open
 * (`close-frame`), the kubelet's words on the error channel while the data channel stays open (`error-channel`), an end of
 * the data channel while the error channel stays open (`data-channel`).
 */
export type End = 'reset' | 'close' | 'stall' | 'fin' | 'close-frame' | 'error-channel' | 'data-channel';

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
  } else if ('port' in forward) {
    relay(socket, forward, send);
  }
}

/** What `ws` has no public way for: halves of a connection. */
interface Inner {
  _socket: Socket;
  _sender: { close(code: number, data: string, mask: boolean, done?: () => void): void };
}

function end(socket: WebSocket, how: string, send: (channel: number, bytes: Buffer) => void): void {
  const { _socket: connection, _sender: sender } = socket as unknown as Inner;
  if (how === 'reset') socket.terminate();
  if (how === 'close') socket.close();
  if (how === 'fin') connection.end();
  if (how === 'close-frame') {
    sender.close(1000, '', false);
    // The client's answer is not read, so that the connection stays for a while.
    connection.pause();
    setTimeout(() => connection.resume(), 3000).unref();
  }
  if (how === 'error-channel') send(1, Buffer.from('error forwarding port 15000: read: connection reset by peer'));
  if (how === 'data-channel') send(0, Buffer.alloc(0));
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
        if (left === 0 && forward.how) end(socket, forward.how, send);
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
