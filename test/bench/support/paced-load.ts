/** A load of so many requests a second, whatever the server does: a slow answer does not slow the next question down. */
import { connect, type Socket } from 'node:net';

export interface LoadOptions {
  readonly port: number;
  readonly path: string;
  /** Taken in turn. */
  readonly bodies: readonly string[];
  readonly perSecond: number;
  readonly seconds: number;
  readonly connections: number;
}

export interface LoadReport {
  readonly sent: number;
  readonly answered: number;
  readonly failed: number;
  readonly seconds: number;
  /** From the moment a request was due, so that waiting in line is counted; sorted. */
  readonly latenciesMs: Float64Array;
}

interface Connection {
  readonly socket: Socket;
  /** When the requests that wait for an answer were due, in their order. */
  readonly due: number[];
}

const BODY_MARK = '\r\n\r\n';

export async function runLoad(options: LoadOptions): Promise<LoadReport> {
  const { port, path, bodies, perSecond, seconds } = options;
  const requests = bodies.map((body) =>
    Buffer.from(
      `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    ),
  );
  const total = Math.round(perSecond * seconds);
  const latencies = new Float64Array(total);
  let sent = 0;
  let answered = 0;
  let failed = 0;
  const open = await Promise.all(Array.from({ length: options.connections }, () => openConnection(port)));
  for (const { socket, due } of open) {
    readAnswers(socket, (status) => {
      const dueMs = due.shift() ?? Number.NaN;
      latencies[answered++] = performance.now() - dueMs;
      if (status !== 200) failed++;
    });
  }
  const startMs = performance.now();
  await new Promise<void>((resolve) => {
    const tick = (): void => {
      const elapsedMs = performance.now() - startMs;
      const dueCount = Math.min(total, Math.floor((elapsedMs / 1000) * perSecond));
      for (; sent < dueCount; sent++) {
        const connection = open[sent % open.length];
        connection.due.push(startMs + (sent / perSecond) * 1000);
        connection.socket.write(requests[sent % requests.length]);
      }
      if (sent < total || (answered < total && elapsedMs < (seconds + 10) * 1000)) setTimeout(tick, 1);
      else resolve();
    };
    tick();
  });
  const tookMs = performance.now() - startMs;
  for (const { socket } of open) socket.destroy();
  const latenciesMs = latencies.slice(0, answered).sort();
  return { sent, answered, failed, seconds: tookMs / 1000, latenciesMs };
}

function openConnection(port: number): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.setNoDelay(true);
      resolve({ socket, due: [] });
    });
    socket.once('error', reject);
  });
}

/** Answers with a content-length, one after the other. */
function readAnswers(socket: Socket, onAnswer: (status: number) => void): void {
  let buffer = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    buffer += chunk;
    for (;;) {
      const headEnd = buffer.indexOf(BODY_MARK);
      if (headEnd < 0) return;
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(buffer)?.[1] ?? 0);
      const end = headEnd + BODY_MARK.length + length;
      if (buffer.length < end) return;
      onAnswer(Number(buffer.slice(9, 12)));
      buffer = buffer.slice(end);
    }
  });
}
