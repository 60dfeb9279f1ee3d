/** Programs that are servers: started for a test, and awaited until they answer. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export interface StartedProgram {
  /** Everything that it has printed. */
  readonly log: () => string;
  readonly stop: () => void;
}

interface Start {
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** A path that tells whether it is up. */
  readonly url: string;
  /** Whether any answer will do: of programs that have no such path. */
  readonly acceptsAnyAnswer?: boolean;
}

const ATTEMPTS = 960;
const PAUSE_MS = 250;

/** Ends when the program answers; throws with the end of what it printed where it stops or does not in four minutes. */
export async function startProgram(program: string, start: Start): Promise<StartedProgram> {
  const { args, cwd, env, url, acceptsAnyAnswer = false } = start;
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env } });
  let log = '';
  child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString('utf8')));
  for (let attempt = 0; attempt < ATTEMPTS && child.exitCode === null; attempt++) {
    const isUp = await fetch(url).then(
      (answer) => acceptsAnyAnswer || answer.ok,
      () => false,
    );
    if (isUp) return { log: () => log, stop: () => child.kill() };
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  child.kill();
  throw new Error(`${program} did not start: ${log.slice(-3000)}`);
}
