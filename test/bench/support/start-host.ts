import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface Host {
  readonly child: ChildProcess;
  readonly address: string;
  readonly startMs: number;
}

/** The loopback host as built, in a process of its own, with a project to show or without one. */
export async function startHost(userData: string, project: readonly string[]): Promise<Host> {
  const start = performance.now();
  const child = fork(fileURLToPath(new URL('./window-host.ts', import.meta.url)), project, {
    env: { ...process.env, METAROUTER_USER_DATA: userData },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const address = await new Promise<string>((fulfil, reject) => {
    child.once('message', (message) => {
      if (typeof message === 'string') fulfil(message);
      else reject(new Error('The host told something else than its address.'));
    });
    child.once('exit', () => {
      reject(new Error('The host ended before it listened.'));
    });
  });
  return { child, address, startMs: performance.now() - start };
}

export async function stopHost({ child }: Host): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.disconnect();
  await ended;
}
