// HTTP on the loopback address for tests: listens on a free port, sends raw bytes, and waits for what happens later.
import { type AddressInfo, type Server, type Socket, connect } from 'node:net';

/** Repeats a check until it passes, such as for an event that follows the response; rejects with its last error after the time-out. */
export async function eventually(check: () => void | Promise<void>, timeoutMillis = 5000): Promise<void> {
  const deadline = Date.now() + timeoutMillis;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

/** Listens on a free port, and gives the port. */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

export interface RawClient {
  readonly socket: Socket;
  /** All that was received so far, as Latin-1. */
  readonly received: string;
  /** Waits until something was received. */
  until(text: string | RegExp): Promise<void>;
  /** Resolves when the connection is closed, by either side. */
  readonly closed: Promise<void>;
}

/** Opens a connection and sends text at once. */
export function openRaw(port: number, text = '', open: (port: number) => Socket = connectTo): RawClient {
  const socket = open(port);
  let received = '';
  socket.setEncoding('latin1').on('data', (data: string) => (received += data));
  socket.on('error', () => {});
  if (text !== '') socket.write(text, 'latin1');
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => resolve());
  });
  return {
    socket,
    closed,
    get received() {
      return received;
    },
    until: (wanted) =>
      eventually(() => {
        if (typeof wanted === 'string' ? !received.includes(wanted) : !wanted.test(received))
          throw new Error(`${wanted} is not in ${JSON.stringify(received)}`);
      }),
  };
}

/** Sends text and gives all that comes until the server ends the connection. */
export async function talk(port: number, text: string, open?: (port: number) => Socket): Promise<string> {
  const client = openRaw(port, text, open);
  await client.closed;
  return client.received;
}

function connectTo(port: number): Socket {
  return connect(port, '127.0.0.1');
}
