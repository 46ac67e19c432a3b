import { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';

const dataChannel = 0;
const errorChannel = 1;
/** Each channel begins with the port's number in two bytes. */
const portBytes = 2;
/** A peer that does not answer a close frame is left after this time. */
const closeMs = 250;
/** Load balancers drop connections on which nothing moves, some after a minute. */
const pingMs = 15_000;

/**
 * One forwarded port as a stream. A message of the WebSocket is a channel number and bytes: channel 0 carries the
 * data, channel 1 the error text of the kubelet, which ends the stream. Reading is slowed down by pausing the socket,
 * which is kept alive meanwhile.
 */
export class PortForwardStream extends Duplex {
  readonly #socket: WebSocket;
  readonly #toSkip = [portBytes, portBytes];
  readonly #pingMs: number;
  #pings: NodeJS.Timeout | undefined;

  constructor(socket: WebSocket, everyMs = pingMs) {
    super();
    this.#socket = socket;
    this.#pingMs = everyMs;
    socket.on('message', (data: RawData) => this.#receive(data as Buffer));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.push(null));
  }

  #receive(message: Buffer): void {
    const channel = message[0];
    if (channel !== dataChannel && channel !== errorChannel) return;
    const skipped = Math.min(this.#toSkip[channel]!, message.length - 1);
    this.#toSkip[channel]! -= skipped;
    const bytes = message.subarray(1 + skipped);
    if (bytes.length === 0) return;
    if (channel === errorChannel) this.destroy(new Error(bytes.toString('utf8').trim()));
    else if (!this.push(bytes)) this.#pause();
  }

  #pause(): void {
    this.#socket.pause();
    this.#pings ??= setInterval(() => {
      if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
    }, this.#pingMs).unref();
  }

  #resume(): void {
    clearInterval(this.#pings);
    this.#pings = undefined;
    this.#socket.resume();
  }

  override _read(): void {
    this.#resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.send(Buffer.concat([Buffer.of(dataChannel), chunk]), { binary: true }, done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const socket = this.#socket;
    // A paused socket would not see the peer's close frame.
    this.#resume();
    socket.close();
    if (socket.readyState !== socket.CLOSED) setTimeout(() => socket.terminate(), closeMs);
    done(error);
  }
}
