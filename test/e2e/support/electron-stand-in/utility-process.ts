import { fork, type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { tellTest } from './tell-test.ts';

/** A child of Node whose `process.parentPort` is played by its channel. */
class UtilityProcess extends EventEmitter {
  readonly #child: ChildProcess;

  constructor(modulePath: string, args: readonly string[]) {
    super();
    this.#child = fork(modulePath, args, {
      serialization: 'advanced',
      execArgv: ['--import', new URL('./parent-port.ts', import.meta.url).href],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child.on('message', (message) => this.emit('message', message));
    this.#child.once('exit', (code) => this.emit('exit', code));
    tellTest('engine', this.#child.pid ?? 0);
  }

  postMessage(message: object): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

export const utilityProcess = {
  fork: (modulePath: string, args: readonly string[]): UtilityProcess => new UtilityProcess(modulePath, args),
};
