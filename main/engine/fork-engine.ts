import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromEngine, StartEngine } from './engine-messages.ts';

export interface EngineLocations {
  readonly processUrl: URL;
  readonly workerUrl: URL;
  readonly runtimeUrl: URL;
}

/** Runs the engine in a child process of Node. */
export function forkEngine(locations: EngineLocations): StartEngine {
  return ({ onMessage, onExit }) => {
    const child = fork(
      fileURLToPath(locations.processUrl),
      [locations.workerUrl.href, locations.runtimeUrl.href],
      { serialization: 'advanced', execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
    );
    child.on('message', (message: FromEngine) => {
      onMessage(message);
    });
    child.once('exit', onExit);
    child.on('error', () => {
      child.kill('SIGKILL');
    });
    return {
      post: (message) => {
        // A message to a process that has just died is answered by its exit.
        if (child.connected) child.send(message, () => undefined);
      },
      kill: () => {
        child.kill('SIGKILL');
      },
    };
  };
}
