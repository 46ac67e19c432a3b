import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';

/** Path of an installed Chromium or Chrome; undefined where there is none. */
export const chromium = [process.env['CHROMIUM'], 'chromium', 'chromium-browser', 'google-chrome'].find(
  (program) => program && spawnSync(program, ['--version']).status === 0,
);

/** A page in a real browser. */
export interface Page {
  /** The value of an expression in the page. */
  evaluate<Value>(expression: string): Promise<Value>;
  /** Presses a key on what has the focus. */
  press(key: 'Enter' | 'Tab'): Promise<void>;
  /** The page as it is printed, in PDF. */
  print(): Promise<Buffer>;
  /** Addresses that the page asked for, its own first. */
  requests: string[];
  /** What the browser complained of: exceptions, violations of the page's policy. */
  complaints: string[];
  close(): Promise<void>;
}

/** Opens an address in a headless browser by the DevTools protocol, and waits until it has loaded. */
export async function openPage(url: string): Promise<Page> {
  const profile = mkdtempSync(join(tmpdir(), 'mesh-browser-'));
  const options = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--remote-debugging-port=0',
    `--user-data-dir=${profile}`,
  ];
  const child = spawn(chromium as string, [...options, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    // A process group of its own, so that all of its processes are ended with it.
    detached: true,
  });
  const socket = new WebSocket(await endpoint(child));
  await new Promise((resolve) => socket.once('open', resolve));
  const waiting = new Map<number, (result: any) => void>();
  const requests: string[] = [];
  const complaints: string[] = [];
  let loaded = (): void => {};
  const load = new Promise<void>((resolve) => {
    loaded = resolve;
  });
  socket.on('message', (data) => {
    const { id, result, method, params } = JSON.parse(String(data));
    if (id !== undefined) waiting.get(id)?.(result);
    if (method === 'Network.requestWillBeSent') requests.push(params.request.url);
    if (method === 'Runtime.exceptionThrown') complaints.push(params.exceptionDetails.text);
    if (method === 'Log.entryAdded') complaints.push(params.entry.text);
    if (method === 'Page.javascriptDialogOpening') complaints.push(`dialog ${params.message}`);
    if (method === 'Page.loadEventFired') loaded();
  });
  let last = 0;
  const send = (method: string, params: object, sessionId?: string): Promise<any> =>
    new Promise((resolve) => {
      waiting.set(++last, resolve);
      socket.send(JSON.stringify({ id: last, method, params, sessionId }));
    });
  const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
  for (const domain of ['Network', 'Runtime', 'Log', 'Page']) await send(`${domain}.enable`, {}, sessionId);
  await send('Page.navigate', { url }, sessionId);
  await load;
  return {
    requests,
    complaints,
    evaluate: async (expression) =>
      (await send('Runtime.evaluate', { expression, returnByValue: true }, sessionId)).result.value,
    press: async (key) => {
      const text = key === 'Enter' ? '\r' : '';
      const code = { key, code: key, windowsVirtualKeyCode: key === 'Enter' ? 13 : 9, text };
      for (const type of ['keyDown', 'keyUp']) await send('Input.dispatchKeyEvent', { type, ...code }, sessionId);
    },
    print: async () => Buffer.from((await send('Page.printToPDF', {}, sessionId)).data, 'base64'),
    close: async () => {
      // Its helpers share its standard error, and write to the profile until they end: `exit` is of the parent alone.
      const ended = new Promise((resolve) => child.once('close', resolve));
      socket.close();
      process.kill(-(child.pid as number), 'SIGKILL');
      await ended;
      await rm(profile, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

/** The address that the browser prints when it is ready. */
function endpoint(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.once('exit', () => reject(new Error(`the browser ended: ${said}`)));
    child.stderr?.on('data', (data) => {
      said += data;
      const address = /DevTools listening on (ws:\S+)/.exec(said)?.[1];
      if (address) resolve(address);
    });
  });
}
